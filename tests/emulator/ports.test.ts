/** The two ports as neighbours see them: ARP, pings, fragments, hops; and that nothing goes from one to the other in clear that is not to. */
import { withCables } from "./cabled.js";
import { address, ARP, arp, BROADCAST, checksum, echo, ethernet, ICMP, IPV4, ipv4, UDP, udp } from "./frames.js";
import { LAN_HARDWARE, WAN_HARDWARE } from "../../hosts/emulator/qemu.js";
import { result } from "./lab.js";
import { absentPeer, document } from "./settings.js";

withCables("ports: each answers ARP and pings for its own address only", async (t, { host, router }) => {
	t.is(await host.resolve("10.1.0.1"), LAN_HARDWARE);
	t.is(await router.resolve("10.0.0.1"), WAN_HARDWARE);
	await t.throwsAsync(host.resolve("10.0.0.1", 1500));
	await t.throwsAsync(router.resolve("10.1.0.1", 1500));
	await t.throwsAsync(router.resolve("10.0.0.7", 1500));
	for (const size of [0, 1, 56, 1000, 1472]) {
		t.truthy(await host.ping("10.1.0.1", { size }), `${size} bytes on the LAN`);
		t.truthy(await router.ping("10.0.0.1", { size }), `${size} bytes on the WAN`);
	}
	// some at once: none is lost
	const answers = await Promise.all(Array.from({ length: 16 }, () => host.ping("10.1.0.1", { limit: 5000 })));
	t.is(answers.filter((answer) => answer !== undefined).length, 16);
});

withCables("ports: a ping in fragments, in order and not, is answered in fragments", async (t, { host }) => {
	const whole = echo(8, 1, 1, Buffer.alloc(3000, 0x61));
	const pieces = [0, 1480, 2960].map((offset) => ({ offset, content: whole.subarray(offset, offset + 1480), moreFragments: offset < 2960 }));
	for (const [identification, order] of [[1, [0, 1, 2]], [2, [2, 0, 1]]] as const) {
		const mark = host.mark;
		for (const index of order) {
			const { content, ...fields } = pieces[index]!;
			await host.send("10.1.0.1", { from: host.address, to: "10.1.0.1", protocol: ICMP, identification, ...fields }, content);
		}
		await host.packet(({ offset, moreFragments, from }) => from === "10.1.0.1" && offset > 0 && !moreFragments, "the last fragment of an answer", { from: mark });
		const answer = host.framesSince(mark).filter(({ ip }) => ip?.protocol === ICMP && ip.from === "10.1.0.1").sort((a, b) => a.ip!.offset - b.ip!.offset);
		t.is(Buffer.concat(answer.map(({ ip }) => ip!.content)).subarray(8).toString(), "a".repeat(3000));
	}
});

withCables("ports: a packet without a hop left is answered by the board, once", async (t, { host }) => {
	const mark = host.mark;
	await host.send("10.1.0.1", { from: host.address, to: "10.2.0.10", protocol: UDP, ttl: 1 }, udp(host.address, 33434, "10.2.0.10", 33434, Buffer.alloc(20)));
	const { icmp } = await host.packet(({ icmp, from }) => icmp?.type === 11 && from === "10.1.0.1", "time exceeded", { from: mark });
	t.is(icmp!.code, 0);
}, document({ peers: [absentPeer] }));

withCables("ports: what matches a policy waits for its tunnel and never leaves in clear; from the WAN nothing reaches the LAN in clear", async (t, { host, router, board }) => {
	const [toLAN, toWAN] = [host.mark, router.mark];
	for (let i = 0; i < 20; i++)
		await host.send("10.1.0.1", { from: host.address, to: "10.2.0.10", protocol: ICMP }, echo(8, 2, i, Buffer.alloc(56)));
	for (const to of [host.address, "10.1.0.255", "10.1.0.1"])
		for (const from of ["10.2.0.10", "10.0.0.2", "10.1.0.77"])
			await router.send("10.0.0.1", { from, to, protocol: UDP }, udp(from, 9, to, 9, Buffer.from("in clear from the WAN")));
	await board.until((status) => status.ikeSecurityAssociations.some((sa) => sa.state > 0), "negotiating", 30000);
	await new Promise((resolve) => setTimeout(resolve, 1000));
	t.deepEqual(router.framesSince(toWAN).filter(({ ip }) => ip !== undefined && ip.protocol === ICMP && ip.to.startsWith("10.2.")).length, 0);
	t.deepEqual(host.framesSince(toLAN).filter(({ ip }) => ip?.content.includes("in clear from the WAN") === true).length, 0);
	result("board    20 packets for a tunnel that does not come up, 9 in clear from the WAN: none passed");
}, document({ peers: [{ ...absentPeer, remoteGateway: "10.0.0.254" }] }));

withCables("ports: the pages are on the LAN's address only", async (t, { host, router }) => {
	// SYN to port 80
	const syn = (from: string, to: string): Buffer => {
		const pseudo = Buffer.concat([address(from), address(to), Buffer.from([0, 6, 0, 20])]);
		const head = Buffer.alloc(20);
		head.writeUInt16BE(40000, 0);
		head.writeUInt16BE(80, 2);
		head.writeUInt32BE(1, 4);
		head[12] = 0x50;
		head[13] = 0x02;
		head.writeUInt16BE(1000, 14);
		head.writeUInt16BE(checksum(pseudo, head), 16);
		return head;
	};
	const mark = host.mark;
	await host.send("10.1.0.1", { from: host.address, to: "10.1.0.1", protocol: 6 }, syn(host.address, "10.1.0.1"));
	const answer = await host.packet(({ protocol, from }) => protocol === 6 && from === "10.1.0.1", "SYN and ACK", { from: mark });
	t.is(answer.content[13]! & 0x3f, 0x12);
	for (const to of ["10.0.0.1", "10.1.0.1"]) {
		const before = router.mark;
		await router.send("10.0.0.1", { from: router.address, to, protocol: 6 }, syn(router.address, to));
		await new Promise((resolve) => setTimeout(resolve, 700));
		t.deepEqual(router.framesSince(before).filter(({ ip }) => ip?.protocol === 6 && (ip.content[13]! & 0x02) !== 0).length, 0, to);
	}
});

withCables("ports: ARP for others, answers that nobody asked for, and frames of other kinds change nothing", async (t, { host, board }) => {
	t.truthy(await host.ping("10.1.0.1"));
	host.cable.send(
		ethernet(BROADCAST, host.hardware, ARP, arp({ operation: 1, senderHardware: host.hardware, sender: host.address, targetHardware: "00:00:00:00:00:00", target: "10.1.0.99" })),
		ethernet(LAN_HARDWARE, "52:54:00:00:00:66", ARP, arp({ operation: 2, senderHardware: "52:54:00:00:00:66", sender: "10.9.9.9", targetHardware: LAN_HARDWARE, target: "10.1.0.1" })),
		ethernet(LAN_HARDWARE, host.hardware, 0x86dd, Buffer.alloc(60)),
		ethernet("52:54:00:99:99:99", host.hardware, IPV4, ipv4({ from: host.address, to: "10.1.0.1", protocol: ICMP }, echo(8, 9, 9, Buffer.alloc(8)))));
	t.truthy(await host.ping("10.1.0.1"));
	t.regex(await board.command("version"), /^keygate/);
});
