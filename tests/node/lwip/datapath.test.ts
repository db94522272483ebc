/** The data path of a device over lwIP: LAN packets into tunnels and out of them, between two devices. Whatever a policy is for never is on the WAN in clear. */
import test from "ava";
import { ethernet, ICMP, IPV4, ipv4, UDP, udp, type IPv4Packet } from "../../emulator/frames.js";
import { Device, holds } from "./device.js";
import { Pair, type TunnelOptions } from "./tunnel.js";

const isSealed = ({ protocol, udp: datagram }: IPv4Packet): boolean => protocol === 50 || protocol === 51 || datagram?.to === 4500;

/** From a host of the first LAN to one of the second. */
const ping = (pair: Pair, size = 56, limit = 5000): Promise<IPv4Packet | undefined> => pair.a.lan.ping("10.2.0.2", { via: "10.1.0.1", size, limit });

/** A ping of that size comes to the other LAN, in pieces or not. */
async function arrives(pair: Pair, size: number): Promise<void> {
	const mark = pair.b.lan.mark;
	await ping(pair, size, 100);
	await holds(() => pair.b.lan.framesSince(mark).reduce((sum, { ip }) => sum + (ip?.protocol === ICMP && ip.to === "10.2.0.2" ? ip.content.length : 0), 0) === size + 8, `a ping of ${size} bytes does not arrive`);
}

/** No frame is in use but those that wait for ARP. */
async function returnsFrames(pair: Pair): Promise<void> {
	for (const device of [pair.a, pair.b])
		await holds(async () => await device.ask({ do: "frames" }) === 0, "frames are kept");
}

const kinds: readonly (readonly [string, TunnelOptions])[] = [
	["ESP, AES-GCM", {}],
	["ESP in UDP, AES-GCM", { encapsulated: true }],
	["ESP, AES-CBC and HMAC-SHA2", { encryption: ["aes-256-cbc", 32], authentication: ["hmac-sha256-128", 32] }],
	["ESP in UDP, 3DES and HMAC-SHA1", { encryption: ["3des-cbc", 24], authentication: ["hmac-sha1-96", 20], encapsulated: true }],
	["AH", { protocol: "ah" }],
	["AH and ESP", { protocol: "ah+esp", encryption: ["aes-128-cbc", 16], authentication: ["hmac-sha1-96", 20] }],
];

for (const [name, options] of kinds)
	test.serial(`${name}: pings of every size go through, sealed, one hop less at each gateway`, async (t) => {
		const pair = await Pair.tunnel(options);
		const mark = pair.b.lan.mark;
		const answer = await ping(pair);
		t.is(answer?.ttl, 62);
		t.is((await pair.b.lan.packet(({ icmp }) => icmp?.type === 8, "the ping", { from: mark })).ttl, 62);
		for (const size of [0, 1, 15, 16, 17, 500, 1300])
			t.truthy(await ping(pair, size), `${size} bytes`);
		await arrives(pair, 1472);
		t.true(pair.seen.length >= 18 && pair.seen.every(isSealed));
		t.true(pair.seen.every(({ bytes }) => bytes.length <= 1500));
		await returnsFrames(pair);
		await pair.stop();
	});

test.serial("a packet that is too large for its tunnel and may not be cut is told to its sender, from within the tunnel", async (t) => {
	const pair = await Pair.tunnel();
	const content = Buffer.alloc(1472);
	await pair.a.lan.send("10.1.0.1", { from: "10.1.0.2", to: "10.2.0.2", protocol: UDP, dontFragment: true }, udp("10.1.0.2", 9, "10.2.0.2", 9, content.subarray(8)));
	const { icmp, from } = await pair.a.lan.packet((packet) => packet.icmp?.type === 3 && packet.icmp.code === 4, "the error");
	t.is(from, "10.2.0.2");
	const mtu = icmp!.rest.readUInt16BE(2);
	t.true(mtu > 1400 && mtu < 1480, `${mtu}`);
	// exactly that much goes
	await pair.a.lan.send("10.1.0.1", { from: "10.1.0.2", to: "10.2.0.2", protocol: UDP, dontFragment: true }, udp("10.1.0.2", 9, "10.2.0.2", 9, Buffer.alloc(mtu - 28)));
	t.is((await pair.b.lan.packet((packet) => packet.udp?.to === 9, "the largest that fits")).bytes.length, mtu);
	t.is(pair.seen.length, 1);
	await pair.stop();
});

test.serial("hosts reach the other gateway itself through the tunnel, and the gateways reach hosts", async (t) => {
	const pair = await Pair.tunnel();
	t.truthy(await pair.a.lan.ping("10.2.0.1", { via: "10.1.0.1", size: 1400, limit: 5000 }));
	// a socket without an address gets that of the LAN, by the route
	const socket = await pair.a.ask({ do: "udp", port: 5514 });
	await pair.a.ask({ do: "send", socket, to: "10.2.0.2", port: 514, size: 1000, fill: 1 });
	const { from } = await pair.b.lan.packet((packet) => packet.udp?.to === 514, "the datagram");
	t.is(from, "10.1.0.1");
	t.true(pair.seen.every(isSealed));
	await returnsFrames(pair);
	await pair.stop();
});

test.serial("without an SA packets wait for one, in order; those of no connection, and of one that is off, go nowhere", async (t) => {
	const pair = await Pair.start();
	await pair.prepare({}, true);
	const mark = pair.b.lan.mark;
	for (let i = 0; i < 5; i++)
		await pair.a.lan.sendUDP("10.1.0.1", "10.2.0.2", 1000 + i, 7, Buffer.from([i]));
	await pair.a.hears((told) => told.events !== undefined, "that one is asked for");
	// from an address that the connection does not have
	await pair.a.lan.sendUDP("10.1.0.1", "10.2.0.2", 1, 7, Buffer.alloc(4), "10.1.1.9");
	await holds(async () => await pair.a.counter("lan-no-connection") === 1, "it is not counted");
	t.is(pair.seen.length, 0);
	await pair.associate();
	await pair.a.ask({ do: "unpark" });
	await holds(() => pair.b.lan.framesSince(mark).filter((frame) => frame.ip?.udp?.to === 7).length === 5, "they do not all come");
	t.deepEqual(pair.b.lan.framesSince(mark).flatMap((frame) => frame.ip?.udp?.to === 7 ? [frame.ip.udp.content[0]] : []), [0, 1, 2, 3, 4]);
	await pair.a.ask({ do: "policy", index: 0, order: 1, enabled: false, local: { first: 0x0a010000, last: 0x0a0100ff, port: 0 }, remote: { first: 0x0a020000, last: 0x0a0200ff, port: 0 } });
	t.is(await ping(pair, 56, 500), undefined);
	t.true(pair.seen.every(isSealed));
	await pair.stop();
});

test.serial("transport mode: what the gateways send each other is sealed, their sockets' IKE is not", async (t) => {
	const pair = await Pair.tunnel({ mode: "transport" });
	await pair.b.ask({ do: "udp", port: 9999 });
	const socket = await pair.a.ask({ do: "udp", port: 8888 });
	await pair.a.ask({ do: "send", socket, to: "10.0.0.2", port: 9999, size: 700 });
	t.is((await pair.b.hears((told) => told.datagram === 700, "the datagram")).from, "10.0.0.1");
	await pair.a.hears((told) => told.datagram === 700, "it coming back");
	t.true(pair.seen.length > 0 && pair.seen.every(isSealed));
	const before = pair.seen.length;
	await pair.a.ask({ do: "send", socket: 0, to: "10.0.0.2", port: 4500, size: 64 });
	await pair.b.hears((told) => told.datagram === 64, "the message");
	t.true(pair.seen.slice(before).some((packet) => packet.udp?.to === 4500));
	await pair.stop();
});

test.serial("what is in clear from the WAN for somebody else is dropped, also for the LAN's own address", async (t) => {
	const pair = await Pair.tunnel();
	const mark = pair.a.lan.mark;
	const to = "52:54:00:00:01:01";
	for (const target of ["10.1.0.2", "10.1.0.1", "10.2.0.2", "10.9.9.9"])
		pair.a.wan.cable.send(ethernet(to, "52:54:00:00:02:01", IPV4, ipv4({ from: "10.2.0.2", to: target, protocol: UDP }, udp("10.2.0.2", 1, target, 2, Buffer.alloc(10)))));
	await holds(async () => await pair.a.counter("wan-not-ours") === 4, "they are not counted");
	t.false(pair.a.lan.framesSince(mark).some((frame) => frame.ip !== undefined));
	t.is(pair.seen.length, 0);
	await pair.stop();
});

test.serial("while the WAN has no address, its LAN's is somebody else's there all the same", async (t) => {
	const device = await Device.start();
	await device.ask({ do: "port", port: 1, address: "10.1.0.1", prefix: 24 });
	for (let i = 0; i < 10; i++)
		await device.ask({ do: "skip", milliseconds: 500 });
	await device.ask({ do: "udp", port: 9999 });
	device.wan.cable.send(ethernet("52:54:00:00:01:01", "52:54:00:00:00:f0", IPV4, ipv4({ from: "10.0.0.254", to: "10.1.0.1", protocol: UDP }, udp("10.0.0.254", 1, "10.1.0.1", 9999, Buffer.alloc(10)))));
	await holds(async () => await device.counter("wan-not-ours") === 1, "it is not counted", 3000);
	t.false(device.told.some(({ datagram }) => datagram !== undefined));
	await device.stop();
});

/** The packet of a frame in fragments of `size` bytes. */
function cut(bytes: Buffer, size: number): Buffer[] {
	const ip = bytes.subarray(14);
	const content = ip.subarray(20, ip.readUInt16BE(2));
	const address = (at: number): string => [...ip.subarray(at, at + 4)].join(".");
	const pieces: Buffer[] = [];
	for (let offset = 0; offset < content.length; offset += size)
		pieces.push(Buffer.concat([bytes.subarray(0, 14), ipv4({ from: address(12), to: address(16), protocol: ip[9]!, identification: 4711 + ip.readUInt16BE(4) & 0xffff, offset, moreFragments: offset + size < content.length },
			content.subarray(offset, offset + size))]));
	return pieces;
}

for (const [name, options] of [kinds[0]!, kinds[1]!])
	test.serial(`${name}: sealed packets that routers cut are put together, in any order; the path's MTU is learned from them`, async (t) => {
		const pair = await Pair.tunnel(options);
		pair.onCable = ({ ip }, bytes) => ip !== undefined && ip.bytes.length > 800 ? cut(bytes, 768).reverse() : [bytes];
		await arrives(pair, 1200);
		// 768 bytes and a header is what comes whole from there, and is taken to be what goes
		await holds(() => pair.seen.filter(({ from }) => from === "10.0.0.2").length >= 2, "no answer in pieces");
		for (const { from, bytes } of pair.seen)
			t.true(from === "10.0.0.1" || bytes.length <= 788, `${bytes.length}`);
		await returnsFrames(pair);
		await pair.stop();
	});

test.serial("fragments that overlap, that never end, or that never begin take nothing for long, and harm nobody", async (t) => {
	const pair = await Pair.tunnel();
	const to = "52:54:00:00:01:01";
	const fragment = (identification: number, offset: number, size: number, moreFragments: boolean): Buffer => ethernet(to, "52:54:00:00:02:01", IPV4,
		ipv4({ from: "10.0.0.2", to: "10.0.0.1", protocol: 50, identification, offset, moreFragments }, Buffer.alloc(size, identification)));
	t.truthy(await ping(pair));
	pair.a.wan.cable.send(fragment(1, 0, 800, true), fragment(1, 400, 800, true), fragment(1, 800, 80, false));
	for (let i = 0; i < 40; i++)
		pair.a.wan.cable.send(fragment(100 + i, i % 2 * 1480, 1480, i % 2 === 0));
	t.truthy(await ping(pair));
	t.true((await pair.a.ask({ do: "frames" }) as number) <= 12);
	t.true(await pair.a.counter("fragments-dropped") > 0);
	for (let i = 0; i < 40; i++)
		await pair.a.ask({ do: "skip", milliseconds: 1000 });
	await holds(async () => await pair.a.ask({ do: "frames" }) === 0, "frames are kept");
	await pair.stop();
});

test.serial("fragments of a LAN host go through one by one, and are not put together", async (t) => {
	const pair = await Pair.tunnel();
	const content = udp("10.1.0.2", 5, "10.2.0.2", 6, Buffer.from(Array.from({ length: 2000 }, (_, i) => i & 255)));
	for (let offset = 0; offset < content.length; offset += 1480)
		await pair.a.lan.send("10.1.0.1", { from: "10.1.0.2", to: "10.2.0.2", protocol: UDP, identification: 9, offset, moreFragments: offset + 1480 < content.length }, content.subarray(offset, offset + 1480));
	await holds(() => pair.b.lan.framesSince(0).filter((frame) => frame.ip?.protocol === UDP).reduce((sum, { ip }) => sum + ip!.content.length, 0) === content.length, "the fragments do not all come");
	t.true(pair.seen.every(isSealed));
	await pair.stop();
});

test.serial("frames that are short, long or of a VLAN, and headers that lie, are dropped and counted", async (t) => {
	const pair = await Pair.tunnel();
	const to = "52:54:00:00:01:02";
	const good = ipv4({ from: "10.1.0.2", to: "10.2.0.2", protocol: UDP }, udp("10.1.0.2", 1, "10.2.0.2", 2, Buffer.alloc(10)));
	const { cable } = pair.a.lan;
	cable.send(Buffer.alloc(13), Buffer.alloc(1519), Buffer.alloc(3000));
	await holds(async () => await pair.a.counter("lan-frames-malformed") === 3, "they are not counted");
	// of all lengths, a header and less
	for (let size = 0; size < good.length; size++)
		cable.send(ethernet(to, pair.a.lan.hardware, IPV4, good.subarray(0, size)));
	const wrong = Buffer.from(good);
	wrong[10]! ^= 1;
	cable.send(ethernet(to, pair.a.lan.hardware, IPV4, wrong));
	const tagged = ethernet(to, pair.a.lan.hardware, 0x8100, Buffer.concat([Buffer.from([0, 5, 8, 0]), good]));
	cable.send(tagged);
	const before = pair.seen.length;
	t.truthy(await ping(pair));
	t.is(pair.seen.length - before, 2);
	t.is(await pair.a.counter("ip-checksum"), 1);
	t.true(await pair.a.counter("ip-length") > 0);
	await returnsFrames(pair);
	await pair.stop();
});

test.serial("no frame is free: packets are lost and counted, and go again afterwards", async (t) => {
	const pair = await Pair.tunnel();
	t.truthy(await ping(pair));
	const { size } = await pair.a.table("frames");
	t.is(await pair.a.ask({ do: "hold", count: 64 }), size);
	t.is(await ping(pair, 56, 300), undefined);
	t.true(await pair.a.counter("lan-frames-no-buffer") > 0);
	await pair.a.ask({ do: "hold", count: size - 1 });
	t.is(await pair.a.ask({ do: "frames" }), size - 1);
	t.truthy(await ping(pair));
	await pair.a.ask({ do: "hold", count: 0 });
	await arrives(pair, 1472);
	await returnsFrames(pair);
	await pair.stop();
});

test.serial("each request of memory that lwIP makes fails in turn: something is lost, nothing is kept, nothing leaves in clear", async (t) => {
	const pair = await Pair.tunnel();
	const { a, b } = pair;
	await a.ask({ do: "listen", port: 80 });
	await a.ask({ do: "udp", address: "10.1.0.1", port: 7 });
	const once = async (): Promise<void> => {
		await a.lan.ping("10.1.0.1", { limit: 60 });
		await a.lan.sendUDP("10.1.0.1", "10.1.0.1", 7, 7, Buffer.alloc(3000).subarray(0, 1400));
		await a.lan.ping("10.2.0.1", { via: "10.1.0.1", size: 1472, limit: 60 });
		await a.ask({ do: "send", socket: 0, to: "10.0.0.2", port: 4500, size: 5000, fill: 9 });
	};
	await once();
	await a.ask({ do: "fail", count: 0 });
	await once();
	const requests = await a.ask({ do: "fail", count: 0 }) as number;
	t.true(requests > 5, `${requests}`);
	let failures = 0;
	for (let n = 1; n <= requests + 3; n++) {
		await a.ask({ do: "fail", count: n });
		await once();
		failures += await a.ask({ do: "failures" }) as number;
		await a.ask({ do: "fail", count: 0 });
	}
	t.true(failures >= requests - 3, `${failures} of ${requests}`);
	t.truthy(await ping(pair));
	const clear = pair.seen.filter((packet) => !isSealed(packet) && !((packet.protocol === UDP || packet.protocol === ICMP) && [packet.from, packet.to].every((address) => address.startsWith("10.0.0."))));
	t.deepEqual(clear.map(({ from, to, protocol, content }) => `${protocol} ${from} ${to} ${content.subarray(0, 40).toString("hex")}`), []);
	// fragments of what was lost in part wait for a while
	for (let i = 0; i < 20; i++)
		await Promise.all([a.ask({ do: "skip", milliseconds: 1000 }), b.ask({ do: "skip", milliseconds: 1000 })]);
	await returnsFrames(pair);
	await pair.stop();
});

test.serial("a cable that is out loses packets, and is forgotten when it is in again", async (t) => {
	const pair = await Pair.tunnel();
	t.truthy(await ping(pair));
	await pair.a.ask({ do: "cable", port: 0, plugged: false });
	t.is(await ping(pair, 56, 300), undefined);
	t.is(await pair.a.counter("wan-refused"), 1);
	await pair.a.ask({ do: "cable", port: 0, plugged: true });
	t.truthy(await ping(pair));
	await pair.a.ask({ do: "cable", port: 1, plugged: false });
	t.is(await ping(pair, 56, 300), undefined);
	await pair.a.ask({ do: "cable", port: 1, plugged: true });
	t.truthy(await ping(pair));
	await returnsFrames(pair);
	await pair.stop();
});

test.serial("a hop that is the last one is told so, by the gateway where it ends", async (t) => {
	const pair = await Pair.tunnel();
	await pair.a.lan.send("10.1.0.1", { from: "10.1.0.2", to: "10.2.0.2", protocol: UDP, ttl: 1 }, udp("10.1.0.2", 1, "10.2.0.2", 2, Buffer.alloc(10)));
	t.is((await pair.a.lan.packet(({ icmp }) => icmp?.type === 11, "the error of the first gateway")).from, "10.1.0.1");
	const mark = pair.a.lan.mark;
	await pair.a.lan.send("10.1.0.1", { from: "10.1.0.2", to: "10.2.0.2", protocol: UDP, ttl: 2 }, udp("10.1.0.2", 1, "10.2.0.2", 2, Buffer.alloc(10)));
	t.is((await pair.a.lan.packet(({ icmp }) => icmp?.type === 11, "the error of the second one", { from: mark })).from, "10.2.0.1");
	t.true(pair.seen.every(isSealed));
	await pair.stop();
});

test.serial("what is for no tunnel is not forwarded in clear, and its sender is told", async (t) => {
	const pair = await Pair.tunnel();
	await pair.a.lan.sendUDP("10.1.0.1", "192.0.2.1", 1, 2, Buffer.alloc(10));
	t.is((await pair.a.lan.packet(({ icmp }) => icmp?.type === 3, "the error")).icmp!.code, 13);
	t.is(await pair.a.counter("forward-in-clear"), 1);
	t.is(pair.seen.length, 0);
	await pair.stop();
});
