/** Frames and neighbours as they should not be: each has a counter or a line in the log, and the board goes on. */
import { LAN_HARDWARE } from "../../hosts/emulator/qemu.js";
import { until } from "../interop/processes.js";
import { ping, pingUntilAnswered } from "../interop/traffic.js";
import { withCables, type CabledBoard } from "./cabled.js";
import { ARP, arp, BROADCAST, echo, ethernet, ICMP, IPV4, ipv4, UDP, udp, type IPv4Fields } from "./frames.js";
import { result, withBoard } from "./lab.js";
import type { Peer } from "./peer.js";
import { document } from "./settings.js";

const OWN = "10.1.0.1";

/** A ping of `host` to the board's LAN address, as a packet. */
function asked(host: Peer, fields: Partial<IPv4Fields> = {}): Buffer {
	return ipv4({ from: host.address, to: OWN, protocol: ICMP, ...fields }, echo(8, 77, 1, Buffer.alloc(32, 1)));
}

function lan(host: Peer, packet: Buffer, type = IPV4): Buffer {
	return ethernet(LAN_HARDWARE, host.hardware, type, packet);
}

function tagged(host: Peer, tag: number, identifier: number): Buffer {
	const inner = Buffer.alloc(4);
	inner.writeUInt16BE(identifier, 0);
	inner.writeUInt16BE(IPV4, 2);
	return lan(host, Buffer.concat([inner, asked(host)]), tag);
}

/** What a counter is called, and frames that it is to count, each once. */
function wrongFrames(host: Peer): readonly (readonly [string, readonly Buffer[]])[] {
	const question = { operation: 1, senderHardware: host.hardware, sender: host.address, targetHardware: "00:00:00:00:00:00", target: OWN };
	const malformed = lan(host, arp(question), ARP);
	malformed.writeUInt16BE(7, 14);
	return [
		["frames-short", [lan(host, asked(host).subarray(0, 12)), lan(host, arp(question).subarray(0, 20), ARP)]],
		// longer than the MTU; what is longer than a frame may be the controller drops
		["frames-long", [lan(host, ipv4({ from: host.address, to: OWN, protocol: UDP }, udp(host.address, 9, OWN, 9, Buffer.alloc(1474))))]],
		["frames-vlan", [tagged(host, 0x8100, 5), tagged(host, 0x88a8, 5)]],
		["frames-type", [lan(host, Buffer.alloc(60), 0x86dd), lan(host, Buffer.alloc(60), 0x88cc)]],
		["source-impossible", [
			lan(host, asked(host, { from: OWN })), lan(host, asked(host, { from: "127.0.0.1" })), lan(host, asked(host, { from: "224.0.0.5" })),
			ethernet(LAN_HARDWARE, "53:54:00:00:00:10", IPV4, asked(host))
		]],
		["frames-for-many", [ethernet(BROADCAST, host.hardware, IPV4, asked(host))]],
		// loose and strict source routes, and an option longer than its header
		["ip-options", [131, 137].map((option) => lan(host, asked(host, { options: Buffer.from([option, 7, 4, 10, 1, 0, 9, 0]) })))],
		["arp-malformed", [malformed]],
		["arp-foreign", [lan(host, arp({ ...question, sender: "10.9.0.9" }), ARP)]],
		["arp-unasked", [lan(host, arp({ operation: 2, senderHardware: "52:54:00:00:00:66", sender: "10.1.0.66", targetHardware: LAN_HARDWARE, target: OWN }), ARP)]],
		["arp-changed", [lan(host, arp({ ...question, senderHardware: "52:54:00:00:00:66" }), ARP)]]
	];
}

async function counter(cabled: CabledBoard, name: string): Promise<number> {
	return (await cabled.counters()).get(name) ?? 0;
}

withCables("faults: frames too short, too long, of a VLAN, of other kinds, with impossible sources, options and ARP that lies: each counted, nothing answered, nobody fooled", async (t, cabled) => {
	const { host } = cabled;
	t.truthy(await host.ping(OWN));
	const counted: string[] = [];
	host.cable.send(lan(host, ipv4({ from: host.address, to: OWN, protocol: ICMP }, echo(8, 77, 2, Buffer.alloc(1600)))));
	for (const [name, frames] of wrongFrames(host)) {
		const before = await counter(cabled, name);
		const mark = host.mark;
		host.cable.send(...frames);
		await until(async () => await counter(cabled, name) >= before + frames.length ? true : undefined, () => `${name} does not count ${frames.length} frames`, 15000);
		t.deepEqual(host.framesSince(mark).filter(({ ip }) => ip?.icmp?.type === 0).length, 0, `${name}: nothing is answered`);
		t.truthy(await host.ping(OWN), `${name}: the board goes on`);
		counted.push(`${name} ${frames.length}`);
	}
	result(`board    faults: ${counted.join(", ")}`);
});

withCables("faults: a priority tag and a record of the route are no fault", async (t, { host }) => {
	t.truthy(await host.ping(OWN));
	for (const frame of [tagged(host, 0x8100, 0xe000), lan(host, asked(host, { options: Buffer.from([7, 7, 4, 0, 0, 0, 0, 0]) }))]) {
		const mark = host.mark;
		host.cable.send(frame);
		await host.packet(({ icmp }) => icmp?.type === 0, "an echo reply", { from: mark });
	}
	t.pass();
});

withCables("faults: fragments that overlap are not put together; those that never get complete keep nobody out", async (t, { host }) => {
	t.truthy(await host.ping(OWN));
	const whole = echo(8, 5, 5, Buffer.alloc(2000, 0x61));
	const piece = (identification: number, offset: number, size: number, moreFragments: boolean): Buffer =>
		lan(host, ipv4({ from: host.address, to: OWN, protocol: ICMP, identification, offset, moreFragments }, whole.subarray(offset, offset + size)));
	const mark = host.mark;
	// the second one writes over what the first one has
	host.cable.send(piece(1, 0, 1480, true), piece(1, 1200, 400, true));
	for (let identification = 100; identification < 200; identification++)
		host.cable.send(piece(identification, 0, 1480, true));
	await new Promise((resolve) => setTimeout(resolve, 500));
	t.deepEqual(host.framesSince(mark).filter(({ ip }) => ip?.icmp?.type === 0 || (ip?.offset ?? 0) > 0).length, 0);
	t.truthy(await host.ping(OWN));
	host.cable.send(piece(300, 0, 1480, true), piece(300, 1480, 1480, false));
	await host.packet(({ offset, moreFragments, from }) => from === OWN && offset > 0 && !moreFragments, "an answer in fragments", { from: mark, limit: 30000 });
});

withCables("faults: fragments that never get complete hold as many frames as they may, and the ports go on", async (t, cabled) => {
	const { host, router } = cabled;
	t.truthy(await host.ping(OWN));
	t.truthy(await router.ping("10.0.0.1"));
	// several packets, several pieces of each, the last one of none
	for (let identification = 1; identification <= 8; identification++)
		for (let offset = 0; offset < 8 * 1480; offset += 1480)
			host.cable.send(lan(host, ipv4({ from: host.address, to: OWN, protocol: ICMP, identification, offset, moreFragments: true }, Buffer.alloc(1480))));
	for (let i = 0; i < 5; i++) {
		t.truthy(await host.ping(OWN), "on the port that they came by");
		t.truthy(await router.ping("10.0.0.1"), "on the other one");
	}
	const counters = await cabled.counters();
	const incomplete = counters.get("packets-incomplete") ?? 0;
	t.true(incomplete >= 7, Array.from(counters).join(" "));
	result(`board    faults: 64 fragments of packets that never get complete: pings go on, ${incomplete} packets counted, ${counters.get("lan-frames-no-buffer") ?? 0} frames found no place`);
});

withCables("faults: fragments and answers to neighbours that are not there never hold all frames: both ports go on", async (t, cabled) => {
	const { host, router } = cabled;
	t.truthy(await host.ping(OWN));
	t.truthy(await router.ping("10.0.0.1"));
	for (let offset = 0; offset < 8 * 1480; offset += 1480)
		host.cable.send(lan(host, ipv4({ from: host.address, to: OWN, protocol: ICMP, identification: 1, offset, moreFragments: true }, Buffer.alloc(1480))));
	for (let round = 0; round < 8; round++)
		for (let last = 201; last <= 206; last++)
			host.cable.send(lan(host, asked(host, { from: `10.1.0.${last}` })));
	for (let i = 0; i < 3; i++) {
		t.truthy(await host.ping(OWN, { limit: 10000 }), "on the port that they came by");
		t.truthy(await router.ping("10.0.0.1", { limit: 10000 }), `on the other one: ${Array.from(await cabled.counters()).join(" ")}`);
	}
	t.true(await counter(cabled, "arp-no-memory") > 0, "what does not wait is counted");
});

withCables("faults: a neighbour that takes nothing: every frame is on its way out, what comes then is lost and counted, and it goes on when it takes something again", async (t, cabled) => {
	const { host, router, board } = cabled;
	t.truthy(await host.ping(OWN));
	host.cable.hold(true);
	const large = lan(host, ipv4({ from: host.address, to: OWN, protocol: ICMP }, echo(8, 77, 3, Buffer.alloc(1400))));
	const lost = await until(async () => {
		host.cable.send(...Array.from({ length: 200 }, () => large));
		return await counter(cabled, "lan-frames-no-buffer") + await counter(cabled, "lan-frames-ring-full") || undefined;
	}, () => "no frame was lost", 60000, 100);
	t.regex(await board.command("version"), /^keygate/);
	host.cable.hold(false);
	for (const ping of [() => host.ping(OWN), () => router.ping("10.0.0.1")])
		await until(ping, () => "the board does not answer any more", 60000);
	result(`board    faults: a neighbour that takes nothing: ${lost} frames lost and counted, then as before`);
});

withCables("faults: more frames at once than there is memory for: what is lost is counted, and the board goes on", async (t, cabled) => {
	const { host, board } = cabled;
	t.truthy(await host.ping(OWN));
	host.cable.send(...Array.from({ length: 5000 }, () => lan(host, asked(host))));
	await until(async () => host.ping(OWN), () => "the board does not answer after a flood", 60000);
	const counters = await cabled.counters();
	const lost = ["lan-frames-no-buffer", "lan-frames-ring-full"].map((name) => `${name} ${counters.get(name) ?? 0}`).join(", ");
	t.regex(await board.command("version"), /^keygate/);
	result(`board    faults: 5000 frames at once: ${lost}; ${counters.get("lan-frames-received")} received`);
});

withCables("faults: another machine has the WAN's address before the board, and claims it later", async (t, cabled) => {
	const { board, router } = cabled;
	// it answers whoever asks for 10.0.0.1
	let isThere = true;
	router.onFrame = ({ arp: message, from }) => {
		if (message?.operation !== 1 || message.target !== "10.0.0.1" || !isThere)
			return false;
		router.cable.send(ethernet(from, "52:54:00:00:00:66", ARP, arp({ operation: 2, senderHardware: "52:54:00:00:00:66", sender: "10.0.0.1", targetHardware: message.senderHardware, target: message.sender })));
		return true;
	};
	await board.boot();
	await until(async () => /52:54:00:00:00:66/.test(await cabled.log()) ? true : undefined, () => "the other machine is not named in the log", 30000);
	t.true(await counter(cabled, "arp-conflict") > 0 || await counter(cabled, "address-not-sure") >= 0);
	isThere = false;
	await until(async () => /the WAN address is 10\.0\.0\.1 now/.test(await cabled.log()) ? true : undefined, () => "the address is not taken once it is free", 60000);
	router.onFrame = () => false;
	t.truthy(await router.ping("10.0.0.1"));
	const before = await counter(cabled, "arp-conflict");
	const mark = router.mark;
	router.cable.send(ethernet(BROADCAST, "52:54:00:00:00:66", ARP, arp({ operation: 1, senderHardware: "52:54:00:00:00:66", sender: "10.0.0.1", targetHardware: "00:00:00:00:00:00", target: "10.0.0.1" })));
	await router.frame(({ arp: message }) => message?.sender === "10.0.0.1" && message.senderHardware !== "52:54:00:00:00:66", "its word against the other's", { from: mark });
	t.true(await counter(cabled, "arp-conflict") > before);
	t.truthy(await router.ping("10.0.0.1"));
	result("board    faults: another machine with the WAN's address: waited for, then contradicted");
});

withCables("faults: the time is not known after power-up, until a server says it, which is asked", async (t, cabled) => {
	const { board, router } = cabled;
	t.regex(await board.command("clock"), /not known/);
	const seconds = Math.floor(Date.now() / 1000);
	let questions = 0;
	router.onFrame = ({ ip, from }) => {
		if (ip?.udp?.to !== 123)
			return false;
		questions++;
		const answer = Buffer.alloc(48);
		answer[0] = 0x24;
		answer[1] = 2;
		answer.writeUInt32BE(seconds + 2208988800, 16);
		ip.udp.content.copy(answer, 24, 40, 48);
		answer.writeUInt32BE(seconds + 2208988800, 32);
		answer.writeUInt32BE(seconds + 2208988800, 40);
		router.cable.send(ethernet(from, router.hardware, IPV4, ipv4({ from: ip.to, to: ip.from, protocol: UDP }, udp(ip.to, 123, ip.from, ip.udp.from, answer))));
		return true;
	};
	await board.boot(document({ gateway: { timeServer: "10.0.0.254" } }));
	const said = await until(async () => {
		const text = await board.command("clock");
		return /not known/.test(text) ? undefined : text;
	}, () => `the time is not known after ${questions} answers`, 60000, 300);
	t.true(Math.abs(Date.parse(said.trim()) / 1000 - seconds) < 60, said);
});

withBoard("faults: a cable is out and in again: the tunnel stays", async (t, lab) => {
	const { keygate, network: { left, right } } = lab;
	const secret = "emulator, cables";
	await lab.set({ phase1: [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 31 }], phase2: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], pfs: "off", secret },
		{ proposals: "aes128-sha256-curve25519", esp: "aes128gcm16", secret });
	await pingUntilAnswered(left, right);
	const before = (await keygate.status()).securityAssociations.map((sa) => sa.spi);
	for (const port of ["wan", "lan"] as const) {
		await keygate.emulator.link(port, false);
		t.is((await ping(left, right, { count: 2, wait: 1 })).received, 0);
		await keygate.emulator.link(port, true);
		await pingUntilAnswered(left, right);
		t.regex(await keygate.command("log vpn 50"), new RegExp(`${port.toUpperCase()}: the cable is out[^]*${port.toUpperCase()}: the cable is in`));
	}
	t.deepEqual((await keygate.status()).securityAssociations.map((sa) => sa.spi), before);
});
