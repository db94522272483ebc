/** What a tunnel with charon lives through: a peer that dies, renewals by both sides for as long as one likes, messages in fragments. */
import type { CharonConnection } from "./charon.js";
import type { KeygateConnection } from "./keygate.js";
import { interop, result } from "./lab.js";
import { ping, pingUntilAnswered, SteadyPing } from "./traffic.js";

const secret = "interoperation, life and death";
const ours: KeygateConnection = {
	phase1: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 14 }], phase2: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], pfs: 14, secret
};
const theirs: CharonConnection = { proposals: "aes256-sha256-modp2048", esp: "aes128gcm16-modp2048", secret };

function pause(milliseconds: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

interop("T25 life: charon is killed; its tunnel dies in time, and comes back with the next packets", async (t, lab) => {
	const { keygate, charon, network: { left, right } } = lab;
	await lab.set({ ...ours, deadPeerDetection: { interval: 2, timeout: 8 } }, theirs);
	await pingUntilAnswered(left, right);
	await charon.kill();
	const killed = performance.now();
	const status = await keygate.down({ ike: true, limit: 30000 });
	const seconds = (performance.now() - killed) / 1000;
	t.true(seconds >= 4 && seconds <= 15, `dead after ${seconds} s`);
	t.deepEqual(status.problems.map(({ cause }) => cause), ["peer-unreachable"]);
	await charon.start();
	await charon.load(theirs, left);
	// What the attempt under way has to wait for is the next repetition of its first message.
	await pingUntilAnswered(left, right, 40);
	t.deepEqual((await keygate.up()).problems, []);
	t.deepEqual(await ping(left, right, { count: 10 }), { sent: 10, received: 10 });
	result(`life     charon killed: dead after ${seconds.toFixed(1)} s (interval 2 s, timeout 8 s), up again with the next packets`);
});

interop("T25 life: a tunnel that is always up comes back by itself when charon does", async (t, lab) => {
	const { keygate, charon, network: { left, right } } = lab;
	await lab.set({ ...ours, start: "always", deadPeerDetection: { interval: 1, timeout: 5 } }, theirs);
	await keygate.up();
	await charon.kill();
	await keygate.down({ ike: false, limit: 30000 });
	await charon.start();
	await charon.load(theirs, left);
	await keygate.up(60000);
	t.is(await charon.tunnels(), 1);
	t.deepEqual(await ping(right, left), { sent: 5, received: 5 });
});

for (const [who, own, other, said] of [
	["we ask and charon answers", { interval: 1, timeout: 6 }, {}, /parsed INFORMATIONAL_V1 request \d+ \[ HASH N\(DPD\) \]/g],
	["charon asks and we answer", { interval: 0, timeout: 6 }, { deadPeerDetection: 1, deadPeerTimeout: 4 }, /parsed INFORMATIONAL_V1 request \d+ \[ HASH N\(DPD_ACK\) \]/g],
	["both ask", { interval: 1, timeout: 6 }, { deadPeerDetection: 1, deadPeerTimeout: 4 }, /parsed INFORMATIONAL_V1 request \d+ \[ HASH N\(DPD(?:_ACK)?\) \]/g]
] as const)
	interop(`T25 life: ${who}; the tunnel stays as it is`, async (t, lab) => {
		const { keygate, charon, network: { left, right } } = lab;
		await lab.set({ ...ours, deadPeerDetection: own }, { ...theirs, ...other });
		await pingUntilAnswered(left, right);
		const { id } = (await keygate.status()).ikeSecurityAssociations[0]!;
		await pause(8000);
		const status = await keygate.status();
		t.is(status.ikeSecurityAssociations[0]!.id, id);
		t.is(status.securityAssociations.length, 2);
		const log = charon.recentLog;
		t.true((log.match(said) ?? []).length >= 3, log.slice(-1000));
		t.false(/invalid DPD sequence number/.test(log));
		t.deepEqual(await ping(left, right, { count: 10 }), { sent: 10, received: 10 });
	});

interop("T29 life: charon loses its state; INVALID-SPI or silence, the tunnel is made anew and not held to be up", async (t, lab) => {
	const { charon, network: { left, right } } = lab;
	await lab.set({ ...ours, deadPeerDetection: { interval: 2, timeout: 7 } }, theirs);
	await pingUntilAnswered(left, right);
	await charon.restart();
	await charon.load(theirs, left);
	await pingUntilAnswered(left, right, 40);
	t.deepEqual(await ping(left, right, { count: 10 }), { sent: 10, received: 10 });
});

interop("life: fifty renewals by charon and ours between them, under ping: nothing is lost", async (t, lab) => {
	const { keygate, charon, network: { left, right } } = lab;
	await lab.set({ ...ours, pfs: "off", seconds: 10 }, { ...theirs, esp: "aes128gcm16" });
	await pingUntilAnswered(left, right);
	const steady = new SteadyPing(left, right);
	const back = new SteadyPing(right, left);
	const negotiations = async () => (await keygate.status()).ikeSecurityAssociations[0]!.phase2Negotiations;
	for (let before = await negotiations(), i = 0; i < 52; before = await negotiations(), i++) {
		// It does nothing when it is still at the one before. More than two a second would be more pairs within ten seconds than there is room for.
		for (let tries = 0; tries < 10 && await negotiations() === before; tries++) {
			await charon.rekey();
			await pause(600);
		}
	}
	// Ours: a pair that charon did not make is renewed by us after 7.5 to 9.5 seconds.
	await pause(10000);
	const forth = await steady.stop();
	const other = await back.stop();
	const status = await keygate.status();
	const all = status.ikeSecurityAssociations[0]!.phase2Negotiations;
	t.true(all > 50, `${all} quick modes`);
	t.is(forth.sent - forth.received, 0, `${forth.received} of ${forth.sent} answered`);
	t.is(other.sent - other.received, 0, `${other.received} of ${other.sent} answered, from charon's side`);
	t.deepEqual(status.problems, []);
	result(`life     ${all - 1} renewals by charon and us: ${forth.received + other.received} of ${forth.sent + other.sent} pings answered`);
});

/** By its path: among npm's programs there is another of that name. */
const nft = "/usr/sbin/nft";

interop("T15 life: charon and we renew at the same time; both pairs come up, and nothing is lost", async (t, lab) => {
	const { keygate, charon, network: { left, right } } = lab;
	await lab.set({ ...ours, pfs: "off", seconds: 20 }, { ...theirs, esp: "aes128gcm16" });
	await keygate.command("up branch/office");
	await keygate.up();
	const began = performance.now();
	const at = (seconds: number) => pause(Math.max(0, began + 1000 * seconds - performance.now()));
	const steady = new SteadyPing(left, right);
	// From before our renewal (after 15 to 17 seconds) on nothing of IKE comes through, while ESP does: what has no marker.
	await at(14);
	await right.namespace.must([nft, `add table ip cut
add chain ip cut in { type filter hook input priority 0; }
add chain ip cut out { type filter hook output priority 0; }
add rule ip cut in udp dport 4500 @th,64,32 0 drop
add rule ip cut out udp dport 4500 @th,64,32 0 drop`]);
	try {
		await at(16.9);
		await charon.rekey();
		await at(17.4);
	}
	finally {
		await right.namespace.must([nft, "delete", "table", "ip", "cut"]);
	}
	const status = await keygate.until((each) => each.ikeSecurityAssociations[0]!.phase2Negotiations >= 3, "renewed by both");
	await at(24);
	const { sent, received } = await steady.stop();
	t.is(sent - received, 0, `${received} of ${sent}`);
	t.is(status.ikeSecurityAssociations[0]!.phase2Negotiations, 3);
	// The first pair is over; those of both renewals are there, at both ends.
	t.is((await keygate.status()).securityAssociations.length, 4);
	t.deepEqual(await ping(right, left, { count: 10 }), { sent: 10, received: 10 });
	result(`life     renewed by charon and by us at once: ${received} of ${sent} pings answered`);
});

interop("T16 life: the IKE SA is renewed by us while traffic flows; the tunnel is adopted by charon", async (t, lab) => {
	const { keygate, charon, network: { left, right } } = lab;
	await lab.set({ ...ours, phase1Lifetime: 16 }, theirs);
	await pingUntilAnswered(left, right);
	const before = await keygate.status();
	const steady = new SteadyPing(left, right);
	const { id } = before.ikeSecurityAssociations[0]!;
	await keygate.until((status) => status.ikeSecurityAssociations.some((sa) => sa.id !== id && sa.state === 9), "with another IKE SA", 30000);
	await pause(1500);
	const { sent, received } = await steady.stop();
	t.is(sent - received, 0, `${received} of ${sent}`);
	// The old pair of SAs, or its renewal: not the connection made anew.
	t.true(await charon.tunnels() >= 1);
	t.true((await keygate.status()).securityAssociations.length >= 2);
	result(`life     IKE SA renewed by us: ${received} of ${sent} pings answered`);
});

for (const fragmentation of ["yes", "force"] as const)
	interop(`T24 life: charon's messages in fragments of 300 bytes (fragmentation = ${fragmentation}), both roles`, async (t, lab) => {
		const { keygate, charon, network: { left, right } } = lab;
		await charon.restart({ fragmentSize: 300 });
		try {
			await lab.set(ours, { ...theirs, fragmentation });
			await keygate.command("up branch/office");
			await keygate.up();
			t.regex(charon.recentLog, /splitting IKE message \(\d+ bytes\) into \d+ fragments/);
			await pingUntilAnswered(left, right);
			await charon.terminate("ike");
			await keygate.down({ ike: true });
			if (fragmentation === "force")
				return;
			await charon.initiate();
			await keygate.up();
			t.deepEqual(await ping(right, left), { sent: 5, received: 5 });
		}
		finally {
			await charon.restart();
		}
	});

interop("T24 life: our own messages in fragments: quick mode with a group of 8192 bits, both roles", async (t, lab) => {
	const { keygate, charon, network: { left, right } } = lab;
	const phase2 = ["aes-128-gcm-16", "aes-192-gcm-16", "aes-256-gcm-16", "aes-128-ctr", "aes-256-ctr"].map((encryption) => ({
		protocol: "esp" as const, encryption, ...(encryption.endsWith("ctr") ? { authentication: "hmac-sha256-128" } : {})
	}));
	const large: KeygateConnection = { ...ours, phase2, pfs: 18 };
	await lab.set(large, { ...theirs, esp: "aes128gcm16-modp8192" });
	await keygate.command("up branch/office");
	await keygate.up(20000);
	t.regex(charon.recentLog, /received fragment #2, reassembled fragmented IKE message \(\d+ bytes\)/);
	await pingUntilAnswered(left, right);
	await keygate.command("down branch");
	await keygate.down({ ike: true });
	await charon.initiate(20);
	await keygate.up(20000);
	t.deepEqual(await ping(right, left), { sent: 5, received: 5 });
	// A charon that takes none gets none: the message goes whole.
	await lab.set(large, { ...theirs, esp: "aes128gcm16-modp8192", fragmentation: "no" });
	await keygate.command("up branch/office");
	await keygate.up(20000);
	t.notRegex(charon.recentLog, /received fragment/);
	await pingUntilAnswered(left, right);
	t.deepEqual(await ping(right, left), { sent: 5, received: 5 });
});
