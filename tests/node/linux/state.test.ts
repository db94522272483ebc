/** What outlasts this program in its state folder, and what becomes of it when the folder keeps nothing. */
import test from "ava";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { filled } from "../../form.js";
import { executable, place, Running, RunningGateway, settings, takenTCPPort, type Place } from "./gateways.js";

/** Gateway 1 with a state folder, its console on standard input and output. */
function gateway(here: Place, changes: object = {}, words: readonly string[] = ["--state", join(here.folder, "state")]): RunningGateway {
	return new RunningGateway(here.folder, settings(here, 1, changes), [...words, "--console", "stdio"], { stdio: ["pipe", "pipe", "pipe"] });
}

async function answer(gateway: Running, command: string, pattern: RegExp): Promise<RegExpMatchArray> {
	gateway.child.stdin!.write(`${command}\n`);
	return gateway.says(pattern);
}

/** Changes a connection's PFS on its page, as a browser does. */
async function changePFS(gateway: RunningGateway, pfs: string): Promise<Response> {
	const path = "/settings/peers/gate-2/connections/office";
	const page = await (await gateway.fetch(path)).text();
	const body = filled(page, "pfs");
	body.set("pfs", pfs);
	return fetch(new URL(path, gateway.url), { method: "POST", body, redirect: "manual", headers: { authorization: `Basic ${Buffer.from("admin:a word for tests").toString("base64")}` } });
}

test("a change on a page outlasts the program, killed without notice; the settings file's own change takes its place", async (t) => {
	const here = await place();
	const first = await gateway(here).ready();
	const changed = await changePFS(first, "19");
	t.is(changed.status, 303, await changed.text());
	await answer(first, "settings", /"pfs": 19,/);
	t.is(await first.stop("SIGKILL"), 1009);
	t.false(readFileSync(join(here.folder, "state/settings.0")).includes("a word for tests"), "the password is a hash");
	// the same settings file
	const second = await gateway(here).ready();
	await answer(second, "settings", /"pfs": 19,/);
	await answer(second, "log", /the settings are those that were kept/);
	t.is(await second.stop(), 0);
	// another one
	const third = await gateway(here, { name: "another" }).ready();
	await answer(third, "settings", /"name": "another"[^]*"pfs": "off",/);
	await answer(third, "log", /the settings file was changed: it is in the place of the settings that were kept/);
	t.is(await third.stop(), 0);
	// and back: what was kept of it then is not there any more
	const fourth = await gateway(here).ready();
	await answer(fourth, "settings", /"name": "gate-1"[^]*"pfs": "off",/);
	t.is(await fourth.stop(), 0);
});

test("the end of the log outlasts the program, with times before 0", async (t) => {
	const here = await place();
	const first = await gateway(here).ready();
	t.is(await first.stop(), 0);
	const second = await gateway(here).ready();
	await answer(second, "log", / -0\.\d{3} info +gateway stopped\r?\n +0\.\d{3} notice +this unit was started; what is above, with times below 0, is from before/);
	t.is(await second.stop(), 0);
});

test("a copy that is damaged makes the one before it count; settings of a newer version are refused", async (t) => {
	const here = await place();
	const first = await gateway(here).ready();
	for (const pfs of ["19", "20"])
		t.is((await changePFS(first, pfs)).status, 303);
	t.is(await first.stop(), 0);
	const newest = join(here.folder, "state/settings.1");
	const bytes = readFileSync(newest);
	t.true(bytes.includes("\"pfs\": 20,"));
	bytes[bytes.length - 5]! ^= 1;
	writeFileSync(newest, bytes);
	const second = await gateway(here).ready();
	await answer(second, "settings", /"pfs": 19,/);
	t.is(await second.stop(), 0);
	const file = join(here.folder, "newer.json");
	writeFileSync(file, JSON.stringify({ ...settings(here, 1), version: 2, novelty: true }));
	const refused = new Running([executable, "--config", file]);
	t.is(await refused.end(), 1);
	t.is(refused.error, `${file}: version: 2 is unknown: expected 1; a newer version of keygate made this document\n`);
});

test("settings that were kept and may not be read are not passed over: the start says so", async (t) => {
	const here = await place();
	const first = await gateway(here).ready();
	t.is((await changePFS(first, "19")).status, 303);
	t.is(await first.stop(), 0);
	const kept = join(here.folder, "state/settings.0");
	chmodSync(kept, 0);
	const barred = gateway(here);
	t.is(await barred.end(), 5);
	t.is(barred.error, `keygate: ${kept}, which has settings, cannot be read: Permission denied\n`);
	chmodSync(kept, 0o600);
	const second = await gateway(here).ready();
	await answer(second, "settings", /"pfs": 19,/);
	t.is(await second.stop(), 0);
});

test("a state folder that cannot be used any more ends nothing: a control plane that follows another goes on with what is in memory", async (t) => {
	const here = await place();
	const state = join(here.folder, "state");
	const one = await gateway(here, {}, ["--state", state, "--fault", "heap"]).ready();
	t.is((await changePFS(one, "19")).status, 303);
	chmodSync(state, 0o500);
	one.child.kill("SIGUSR1");
	await one.says(/control plane restarted: heap exhausted[^]*pages on/);
	await answer(one, "settings", /"pfs": 19,/);
	await answer(one, "status", /Not kept: the state folder may not be written by this program/);
	chmodSync(state, 0o700);
	t.is(await one.stop(), 0);
});

test("without a state folder a change is in use, and it is said that it is not kept", async (t) => {
	const here = await place();
	const only = await gateway(here, {}, []).ready();
	t.false((await (await only.fetch("/status")).text()).includes("not kept"));
	t.is((await changePFS(only, "19")).status, 303);
	t.regex(await (await only.fetch("/status")).text(), /not kept:<\/strong> no state folder was given/);
	await answer(only, "status", /Not kept: no state folder was given/);
	t.regex(await (await only.fetch("/log/vpn.txt")).text(), /error +no state folder was given \(--state\): what is changed is lost when this unit ends$/m);
	t.is(await only.stop(), 0);
});

// A full folder, and one that is read-only, in a mount namespace of the gateway's own.
for (const [kind, mount, said] of [
	["full", "mount -t tmpfs -o size=16k,mode=700 none \"$0\" && { cat /dev/zero > \"$0/filler\"; true; } 2>/dev/null", "the state folder is full"],
	["read-only", "mount -t tmpfs none \"$0\" && mount -o remount,ro \"$0\"", "the state folder is read-only"],
] as const)
test(`a state folder that is ${kind}: the gateway goes on with what it has, and says so on page and console`, async (t) => {
	const here = await place();
	const state = join(here.folder, "state");
	mkdirSync(state);
	const file = join(here.folder, "settings.json");
	writeFileSync(file, JSON.stringify(settings(here, 1)));
	const words = ["--config", file, "--http", "127.0.0.1:0", "--state", state, "--console", "stdio"];
	const running = new Running(["unshare", "-Urm", "sh", "-c", `${mount}; exec "$@"`, state, executable, ...words], { stdio: ["pipe", "pipe", "pipe"] });
	const url = (await running.says(/pages on (\S+)/))[1]!;
	const one = Object.assign(Object.create(RunningGateway.prototype) as RunningGateway, { url });
	t.is((await changePFS(one, "19")).status, 303);
	await answer(running, "settings", new RegExp(`"pfs": 19,[^]*not kept: ${said}`));
	await answer(running, "status", new RegExp(`Not kept: ${said}`));
	t.regex(await (await one.fetch("/status")).text(), new RegExp(`not kept:</strong> ${said}`));
	const status = await (await one.fetch("/status.json")).json() as { gateway: { storageFault: string } };
	t.is(status.gateway.storageFault, said);
	t.is(await running.stop(), 0);
});

test("other addresses and ports: refused where they cannot be had, else the control plane starts anew by them", async (t) => {
	const here = await place();
	const taken = await takenTCPPort();
	const one = await gateway(here).ready();
	t.regex(await one.configure(settings(here, 1, { wanAddress: "192.0.2.77" })), /gateway\.wanAddress: UDP port \d+ on 192\.0\.2\.77: this machine does not have that address/);
	const text = await one.configure(settings(here, 1, { wanAddress: "127.0.0.9" }));
	t.regex(text, /settings read anew: This unit starts anew by them in a moment/);
	await one.says(/gate-1 on 127\.0\.0\.9, pages on/);
	await answer(one, "log", /control plane started anew; all tunnels were closed/);
	t.regex(await one.configure(settings(here, 1, { wanAddress: "127.0.0.9", http: { address: "127.0.0.1", port: taken.port } })), /read anew/, "the command line's port is what counts");
	// what only a start can tell: the settings before are in use again
	await one.configure(settings(here, 1, { wanAddress: "127.0.0.9", tunnelInterface: `unix:${here.folder}/missing/lan` }));
	await one.says(/tunnel interface unix:\S+\/missing\/lan[^\n]*\nkeygate: the settings before are in use again\n[^]*gate-1 on 127\.0\.0\.9, pages on/);
	taken.close();
	// the same by the console
	one.out = one.error = "";
	await answer(one, "reboot", /this unit starts anew in a moment/);
	await one.says(/gate-1 on 127\.0\.0\.9, pages on/);
	t.is(await one.stop(), 0);
});
