/** What is the unit's own is changed on the board's page while pings go through a tunnel: name, password, the pages' port, the way out of the WAN, and at last its LAN address. No tunnel is touched. */
import type { KeygateConnection } from "../interop/keygate.js";
import type { CharonConnection } from "../interop/charon.js";
import { until } from "../interop/processes.js";
import { ping, pingUntilAnswered, SteadyPing } from "../interop/traffic.js";
import { result, withBoard } from "./lab.js";
import { BOARD } from "./taps.js";

const secret = "emulator, moves";
const ours: KeygateConnection = { phase1: [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 31 }], phase2: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], pfs: "off", secret };
const theirs: CharonConnection = { proposals: "aes128-sha256-curve25519", esp: "aes128gcm16", secret };

withBoard("moves: name, password, place of the pages, WAN router and LAN address are changed on the page: no ping is lost as long as the LAN has its way out, and all SAs stay", async (t, lab) => {
	const { keygate, charon, network: { left, right } } = lab;
	await lab.set(ours, theirs);
	await pingUntilAnswered(left, right);
	const spis = async () => (await keygate.status()).securityAssociations.map(({ spi }) => spi);
	const before = await spis();
	const { id } = (await keygate.status()).ikeSecurityAssociations[0]!;
	let at = `http://${BOARD.lan}`;
	let password = "interoperation";
	const curl = (path: string, ...words: string[]) => left.namespace.run(["curl", "-sS", "-m", "30", "-u", `admin:${password}`, "-w", "%{http_code}", ...words, at + path]);
	const save = async (path: string, fields: Record<string, string>) => {
		t.regex((await curl(`/settings/administration/${path}`, "-H", "X-Keygate: 1", "--data-binary", `${new URLSearchParams(fields)}`)).output, /303$/, path);
	};
	const served = (name: string) => until(async () => (await curl("/status.json")).output.includes(`"name": "${name}"`) || undefined, () => `no page at ${at}`, 30000);
	const [forth, back] = [new SteadyPing(left, right), new SteadyPing(right, left)];
	await save("unit", { name: "another" });
	await save("password", { user: "admin", current: password, new: "another word for it", again: "another word for it" });
	password = "another word for it";
	await served("another");
	await save("network/wan", { wanAddressing: "static", wanAddress: BOARD.wan, wanPrefix: "25", wanRouter: "10.0.0.126", dnsServers: "" });
	await save("unit", { "http.port": "8080" });
	at = `http://${BOARD.lan}:8080`;
	await served("another");
	const pings = [await forth.stop(), await back.stop()];
	for (const { sent, received } of pings) {
		t.true(sent > 20, `${sent} pings`);
		t.is(sent - received, 0, `${received} of ${sent} pings answered`);
	}
	t.deepEqual(await spis(), before);
	// whoever has the old address as way out has none
	await save("network/lan", { lanAddress: "10.1.0.5/24", "dhcpServer.leaseSeconds": "86400" });
	await left.namespace.ip("route", "replace", "default", "via", "10.1.0.5");
	at = "http://10.1.0.5:8080";
	await served("another");
	await pingUntilAnswered(left, right);
	t.is((await ping(right, left)).received, 5);
	await left.namespace.ip("route", "replace", "default", "via", BOARD.lan);
	t.deepEqual(await spis(), before);
	t.is((await keygate.status()).ikeSecurityAssociations[0]!.id, id);
	t.notRegex(charon.recentLog, /received DELETE/);
	t.notRegex(await keygate.command("log vpn 90"), /started anew/);
	result(`board    name, password, pages' port, WAN router and LAN address changed: ${pings[0]!.received + pings[1]!.received} of ${pings[0]!.sent + pings[1]!.sent} pings answered, SAs unchanged`);
});
