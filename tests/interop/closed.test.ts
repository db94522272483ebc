/** F17: whatever a gateway lacks, nothing that one of its connections is for leaves in the clear, though there is a way. */
import type { ExecutionContext } from "ava";
import { writeFileSync } from "node:fs";
import { SECURITY_ASSOCIATIONS } from "../../modules/limits.js";
import { Capture } from "./capture.js";
import { interop, result } from "./lab.js";
import { inTheClear, withSites, type Site, type SitePeer, type Sites } from "./sites.js";
import { ping, pingUntilAnswered } from "./traffic.js";

const key = "interoperation between sites";
/** Filling of the inner packets. */
const mark = "keygate!";

function office(site: number, changes: object = {}): SitePeer {
	return { site, connections: [{ name: "office", localNetwork: `10.${3 - site}.0.0/24`, remoteNetwork: `10.${site}.0.0/24`, ...changes }] };
}

/** A tunnel between sites 1 and 2 that carried something; the pings that follow `broken` all fail, and nothing is seen of them. */
function closed(title: string, broken: (t: ExecutionContext, sites: Sites, here: Site, there: Site) => Promise<void>, { again = true, words = [] as string[] } = {}): void {
	withSites(2, `F17 closed: ${title}: no inner byte on the WAN`, async (t, sites) => {
		const [, here, there] = sites.sites as [undefined, Site, Site];
		// the other way is real: without keygate the ping arrives
		await pingUntilAnswered(here.side, there.side);
		await there.start([office(1)]);
		await here.start([office(2)], ...words);
		const capture = await sites.capture(1);
		try {
			await pingUntilAnswered(here.side, there.side);
			// packets that would be known anywhere go on all the while
			const steady = here.host.start(["ping", "-n", "-i", "0.02", "-p", Buffer.from(mark).toString("hex"), "-I", here.address, there.address]);
			await broken(t, sites, here, there);
			if (again)
				t.is((await ping(here.side, there.side, { count: 10, wait: 1 })).received, 0);
			await steady.stop("SIGINT");
			t.true(Number(steady.output.match(/(\d+) packets transmitted/)![1]) > 50);
			await capture.stop();
			const clear = await inTheClear(capture);
			const sealed = await capture.fields("esp", ["esp.spi"]);
			t.deepEqual(clear.slice(0, 5), []);
			t.deepEqual(await capture.fields(`frame contains "${mark}"`, ["frame.number"]), [], "inner bytes");
			t.true(sealed.length >= 2);
			result(`closed   ${title}: ${sealed.length} packets of ESP, none in the clear`);
		}
		finally {
			await capture.close();
		}
	});
}

closed("negotiation refused", async (t, _, here, there) => {
	// the key is another: the tunnel does not come up again, and stays down while packets want it
	await there.start([{ ...office(1), preSharedKey: "another key between the sites" }]);
	await here.command("down site-2");
	await here.until((status) => status.securityAssociations.length === 0, "down");
	t.is((await ping(here.side, there.side, { count: 30, interval: 0.1, wait: 1 })).received, 0);
	await here.until((status) => status.problems.length > 0, "told of a problem");
});

closed("SA deleted, by either side", async (t, _, here, there) => {
	for (const gateway of [here, there]) {
		const { securityAssociations } = await gateway.status();
		const { spi } = securityAssociations[0]!;
		await gateway.command(`delete ${spi}`);
		await here.until((status) => status.securityAssociations.every((sa) => sa.spi !== spi), "without that SA");
		// the next packet brings another up, and is not lost
		t.is((await ping(here.side, there.side, { count: 1, wait: 5 })).received, 1);
	}
	// the peer goes without a word, and the SA is deleted here
	await there.stop("SIGKILL");
	await here.command("down site-2");
	await here.until((status) => status.securityAssociations.length === 0, "without SA");
});

closed("connection disabled", async (t, _, here, there) => {
	here.write([office(2, { enabled: false })]);
	await here.signal("SIGHUP", /pages on/);
	await there.until((status) => status.securityAssociations.length === 0, "told");
	t.is((await ping(here.side, there.side, { count: 20, wait: 1 })).received, 0);
	t.regex(await here.command("peers"), /office/);
});

closed("settings reloaded, changed, broken and back", async (t, _, here, there) => {
	here.write([office(2)]);
	await here.signal("SIGHUP", /pages on/);
	await pingUntilAnswered(here.side, there.side);
	// faults: all stays as it is, the tunnel too
	const before = await here.status();
	writeFileSync(here.file, "{ \"version\": 1, ");
	await here.signal("SIGHUP", /settings\.json: /);
	t.is((await ping(here.side, there.side, { count: 5 })).received, 5);
	t.deepEqual((await here.status()).securityAssociations.map(({ spi }) => spi), before.securityAssociations.map(({ spi }) => spi));
	// another connection, in front, that nobody answers: its packets are its own at once
	const other = { site: 7, connections: [{ name: "first", order: 1, localNetwork: here.network, remoteNetwork: `${there.address}/32` }] };
	here.write([other, office(2, { order: 2 })]);
	await here.signal("SIGHUP", /pages on/);
	t.is((await ping(here.side, there.side, { count: 10, wait: 1 })).received, 0);
	// and behind, at once again those of the other
	here.write([{ ...other, connections: [{ ...other.connections[0]!, order: 2 }] }, office(2, { order: 1 })]);
	await here.signal("SIGHUP", /pages on/);
	await pingUntilAnswered(here.side, there.side);
	await there.stop("SIGKILL");
	await here.command("down site-2");
});

closed("control plane restarted, again and again, and with settings that are broken meanwhile", async (_t, _, here, there) => {
	for (let i = 0; i < 3; i++) {
		await here.signal("SIGUSR1", /restarted[^]*pages on/);
		await pingUntilAnswered(here.side, there.side);
	}
	// the settings in use are in memory: what has become of the file does not matter
	writeFileSync(here.file, "no settings");
	await here.signal("SIGUSR1", /restarted[^]*pages on/);
	await pingUntilAnswered(here.side, there.side);
	await there.stop("SIGKILL");
	await here.command("down site-2");
}, { words: ["--fault", "heap"] });

interop("F17 closed: table full: no inner byte on the WAN", async (t, lab) => {
	const { keygate, charon, network: { left, right } } = lab;
	// a second connection, whose packets have a way in the clear as well
	const elsewhere = "10.9.0.0/24";
	await left.namespace.ip("route", "replace", elsewhere, "via", right.wan);
	await lab.set({
		phase1: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 14 }], phase2: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], pfs: "off", secret: key,
		more: [{ name: "elsewhere", order: 2, localNetwork: left.network, remoteNetwork: elsewhere }]
	}, { proposals: "aes256-sha256-modp2048", esp: "aes128gcm16", secret: key });
	const capture = await Capture.start(left);
	try {
		// the peer negotiates the same tunnel until there is no record left
		for (let i = 0; i < SECURITY_ASSOCIATIONS / 2; i++)
			await charon.initiate();
		await keygate.until((status) => status.securityAssociations.length === SECURITY_ASSOCIATIONS, "full");
		await t.throwsAsync(charon.initiate());
		const { problems } = await keygate.status();
		t.true(problems.some(({ cause }) => cause === "table-full"), JSON.stringify(problems));
		t.is((await ping(left, right, { count: 5 })).received, 5, "what is there carries");
		const { status } = await left.namespace.run(["ping", "-n", "-c", "20", "-i", "0.05", "-W", "1", "-I", left.lan, "10.9.0.1"]);
		t.not(status, 0);
		t.regex(await keygate.command("memory"), /SA/);
		await capture.stop();
		t.deepEqual((await inTheClear(capture)).slice(0, 5), []);
		result(`closed   table full: ${SECURITY_ASSOCIATIONS} SAs, none in the clear`);
	}
	finally {
		await capture.close();
		await left.namespace.ip("route", "delete", elsewhere, "via", right.wan);
	}
});
