/** Sockets, streams and the loop of a device (hosts/lwip) over lwIP, against a peer on its LAN that makes its own segments. */
import test from "ava";
import { UDP } from "../../emulator/frames.js";
import { Device, holds } from "./device.js";
import { ACK, Client, FIN, PUSH, RST } from "./tcp.js";

const streamsOf = async (device: Device): Promise<number> => (await device.table("streams")).used;

test.serial("the device answers ARP and pings on both ports", async (t) => {
	const device = await Device.ready();
	t.is(await device.lan.resolve("10.1.0.1"), "52:54:00:00:01:02");
	t.truthy(await device.lan.ping("10.1.0.1", { size: 1400 }));
	t.truthy(await device.wan.ping("10.0.0.1"));
	await device.stop();
});

test.serial("UDP: datagrams come and go, as large as IKE's, in fragments; longer ones are dropped and counted", async (t) => {
	const device = await Device.ready();
	await device.ask({ do: "udp", address: "10.0.0.1", port: 500 });
	const content = Buffer.alloc(1000, 5);
	await device.wan.sendUDP("10.0.0.1", "10.0.0.1", 500, 500, content);
	const { udp } = await device.wan.packet((packet) => packet.udp?.from === 500, "the datagram");
	t.deepEqual(udp!.content, content);
	// 6148 bytes are the longest; lwIP puts them together, and cuts the answer
	const whole = Buffer.alloc(8 + 6148);
	whole.writeUInt16BE(500, 0);
	whole.writeUInt16BE(500, 2);
	whole.writeUInt16BE(whole.length, 4);
	const mark = device.wan.mark;
	for (let offset = 0; offset < whole.length; offset += 1480)
		await device.wan.send("10.0.0.1", { from: "10.0.0.254", to: "10.0.0.1", protocol: UDP, identification: 7, offset, moreFragments: offset + 1480 < whole.length },
			whole.subarray(offset, offset + 1480));
	await device.hears((told) => told.datagram === 6148, "the long datagram");
	await holds(() => device.wan.framesSince(mark).filter((frame) => frame.ip?.protocol === UDP).length >= 5, "no answer in five fragments", 10000);
	for (let offset = 0; offset < whole.length + 8; offset += 1480)
		await device.wan.send("10.0.0.1", { from: "10.0.0.254", to: "10.0.0.1", protocol: UDP, identification: 8, offset, moreFragments: offset + 1480 < whole.length + 8 },
			Buffer.concat([whole.subarray(0, 4), Buffer.from([(whole.length + 8) >> 8, (whole.length + 8) & 255]), whole.subarray(6), Buffer.alloc(8)]).subarray(offset, offset + 1480));
	await holds(async () => await device.counter("ike-too-long") === 1, "it was not counted", 10000);
	t.is(await device.ask({ do: "frames" }), 0);
	await device.stop();
});

test.serial("UDP: ESP, keepalives and runts never enter JavaScript", async (t) => {
	const device = await Device.ready();
	await device.ask({ do: "udp", address: "10.0.0.1", port: 4500, esp: true });
	await device.wan.sendUDP("10.0.0.1", "10.0.0.1", 4500, 4500, Buffer.from([255]));
	await device.wan.sendUDP("10.0.0.1", "10.0.0.1", 4500, 4500, Buffer.from([1, 2, 3]));
	await device.wan.sendUDP("10.0.0.1", "10.0.0.1", 4500, 4500, Buffer.alloc(100, 9));
	await device.wan.sendUDP("10.0.0.1", "10.0.0.1", 4500, 4500, Buffer.alloc(64));
	await device.hears((told) => told.datagram === 64, "the one with the marker");
	t.is(device.told.filter((told) => told.datagram !== undefined).length, 1);
	t.is(await device.counter("nat-keepalives"), 1);
	t.is(await device.counter("udp-runts"), 1);
	await device.stop();
});

test.serial("UDP: what cannot be opened says why, by Linux's numbers", async (t) => {
	const device = await Device.ready();
	await device.ask({ do: "udp", address: "10.0.0.1", port: 500 });
	await t.throwsAsync(device.ask({ do: "udp", address: "10.0.0.1", port: 500 }), { message: /UDP port 500 on 10.0.0.1 is taken/ });
	await t.throwsAsync(device.ask({ do: "udp", address: "10.9.0.1", port: 500 }), { message: /does not have that address/ });
	for (let i = 0; i < 7; i++)
		await device.ask({ do: "udp", port: 0 });
	await t.throwsAsync(device.ask({ do: "udp", port: 0 }), { message: /too many are open/ });
	await device.ask({ do: "close", socket: 3 });
	await device.ask({ do: "udp", port: 0 });
	await device.ask({ do: "cable", port: 0, plugged: false });
	await device.ask({ do: "send", socket: 0, to: "10.0.0.254", port: 500, size: 10 });
	t.is((await device.hears((told) => told.error !== undefined, "that it cannot be sent")).error, "network is unreachable");
	await device.stop();
});

test.serial("TCP: a connection gives back what it gets, and ends in order", async (t) => {
	const device = await Device.ready();
	t.is(await device.ask({ do: "listen", address: "10.1.0.1", port: 80 }), 80);
	const client = new Client(device.lan, "10.1.0.1", 80);
	t.true(await client.open());
	t.is((await device.hears((told) => told.connected !== undefined, "who connects")).connected, "10.1.0.2");
	const content = Buffer.from(Array.from({ length: 20000 }, (_, i) => i * 7 & 255));
	for (let at = 0; at < content.length; at += 1000) {
		await client.send(ACK | PUSH, content.subarray(at, at + 1000));
		await client.hears(at + 1000);
	}
	t.true(client.received.equals(content), `${client.received.length}: ${client.received.findIndex((byte, i) => byte !== content[i])}`);
	await client.send(ACK | FIN);
	await holds(() => client.ended, "the device does not end it", 10000);
	await device.hears((told) => told.ended === null, "that it ended");
	t.false(client.reset);
	t.is(await device.ask({ do: "frames" }), 0);
	await device.stop();
});

test.serial("TCP: who reads nothing is waited for, who sends too much is held back, and neither takes more than its buffers", async (t) => {
	const device = await Device.ready();
	await device.ask({ do: "listen", port: 80 });
	const client = new Client(device.lan, "10.1.0.1", 80);
	client.window = 2048;
	t.true(await client.open());
	client.window = 0;
	client.acknowledges = false;
	// 4096 bytes wait for the client, 2920 for JavaScript; the window closes
	let sent = 0;
	for (; sent < 20000; sent += 500) {
		const window = client.segments.at(-1)!.window;
		const free = window - (client.sequence - client.segments.at(-1)!.acknowledged >>> 0);
		if (free < 500)
			break;
		await client.send(ACK, Buffer.alloc(500, sent / 500));
		await new Promise((resolve) => setTimeout(resolve, 300));
	}
	t.true(sent >= 4000 && sent <= 8000, `${sent}`);
	client.acknowledges = true;
	client.window = 8192;
	await client.send(ACK);
	await client.hears(sent);
	t.is(await device.ask({ do: "frames" }), 0);
	await device.stop();
});

test.serial("TCP: what was written before the close is delivered, whenever the client takes it; who never does is forgotten", async (t) => {
	const device = await Device.ready();
	await device.ask({ do: "listen", port: 80 });
	const client = new Client(device.lan, "10.1.0.1", 80);
	client.window = 4096;
	t.true(await client.open());
	client.acknowledges = false;
	await client.send(ACK, Buffer.alloc(1400, 1));
	await client.send(ACK | FIN, Buffer.alloc(600, 2));
	await device.hears((told) => told.ended === null || told.answer !== undefined, "anything");
	await holds(() => client.segments.reduce((sum, { content }) => sum + content.length, 0) >= 2000, "nothing comes back", 10000);
	client.acknowledges = true;
	await client.send(ACK);
	await client.hears(2000);
	await holds(() => client.ended, "the device does not end it", 10000);
	const silent = new Client(device.lan, "10.1.0.1", 80);
	t.true(await silent.open());
	silent.acknowledges = false;
	await silent.send(ACK, Buffer.alloc(100, 3));
	await holds(() => silent.segments.some(({ content }) => content.length > 0), "nothing comes back", 10000);
	await device.ask({ do: "hang-up" });
	t.is(await streamsOf(device), 2);
	for (let i = 0; i < 120; i++)
		await device.ask({ do: "skip", milliseconds: 1000 });
	t.true(silent.reset);
	t.is(await streamsOf(device), 1, "only the console's");
	await device.stop();
});

test.serial("TCP: what was written before the close is delivered, also to a client whose own bytes came with the connection and found no room", async (t) => {
	const device = await Device.ready();
	await device.ask({ do: "listen", port: 80, deaf: true });
	// 40 blocks of 256 bytes are all that there are for what JavaScript has not read; the console has one
	for (const size of [1408, 1408, 1408, 768]) {
		const other = new Client(device.lan, "10.1.0.1", 80);
		t.true(await other.open());
		await other.send(ACK, Buffer.alloc(size));
		await other.send(ACK, Buffer.alloc(size));
		await holds(() => other.segments.some(({ acknowledged }) => acknowledged === other.sequence), "it is not taken");
	}
	const client = new Client(device.lan, "10.1.0.1", 80);
	client.acknowledges = false;
	t.true(await client.open());
	await client.send(ACK, Buffer.alloc(600, 1));
	await device.hears((told) => told.connected !== undefined && device.told.filter(({ connected }) => connected !== undefined).length === 5, "the connection");
	await device.ask({ do: "say", size: 100, fill: 7 });
	await device.ask({ do: "hang-up" });
	client.acknowledges = true;
	t.deepEqual(await client.hears(100), Buffer.alloc(100, 7));
	await holds(() => client.ended, "the device does not end it", 10000);
	t.false(client.reset);
	await holds(async () => await streamsOf(device) === 5, "its stream is kept");
	await device.stop();
});

test.serial("TCP: a client that has no room takes the last byte all the same, by which it was asked for room", async (t) => {
	const device = await Device.ready();
	await device.ask({ do: "listen", port: 80, deaf: true });
	const client = new Client(device.lan, "10.1.0.1", 80);
	client.window = 0;
	t.true(await client.open());
	await device.hears((told) => told.connected !== undefined, "the connection");
	await device.ask({ do: "say", size: 1, fill: 5 });
	for (let i = 0; i < 40; i++)
		await device.ask({ do: "skip", milliseconds: 250 });
	t.deepEqual(await client.hears(1), Buffer.alloc(1, 5));
	for (let i = 0; i < 40; i++)
		await device.ask({ do: "skip", milliseconds: 250 });
	await device.ask({ do: "say", size: 100, fill: 6 });
	client.window = 8192;
	await client.send(ACK);
	t.deepEqual(await client.hears(101), Buffer.concat([Buffer.alloc(1, 5), Buffer.alloc(100, 6)]));
	await device.stop();
});

for (const crossing of [false, true])
	test.serial(`TCP: a connection that both ends have ended${crossing ? " at once" : ""} is nobody's, however long JavaScript keeps it`, async (t) => {
		const device = await Device.ready();
		await device.ask({ do: "listen", port: 80 });
		const first = new Client(device.lan, "10.1.0.1", 80);
		t.true(await first.open());
		await device.hears((told) => told.connected !== undefined, "the connection");
		first.acknowledges = !crossing;
		await device.ask({ do: "end" });
		await holds(() => first.ended, "the device does not end it", 10000);
		first.expected -= crossing ? 1 : 0;
		// JavaScript has no room to answer by, and reads no more
		await first.send(ACK, Buffer.alloc(10));
		await first.send(ACK, Buffer.alloc(10));
		await first.send(ACK | FIN);
		first.expected += crossing ? 1 : 0;
		await first.send(ACK);
		// lwIP forgets it after two minutes, in steps of a quarter of a second
		for (let i = 0; i < 520; i++)
			await device.ask({ do: "skip", milliseconds: 250 });
		const second = new Client(device.lan, "10.1.0.1", 80);
		t.true(await second.open());
		await second.send(ACK, Buffer.from("x"));
		await second.hears(1);
		await device.ask({ do: "hang-up", connection: 0 });
		await second.send(ACK, Buffer.from("y"));
		t.is(String(await second.hears(2)), "xy");
		await second.send(ACK | FIN);
		await holds(() => second.ended, "the device does not end the second one", 10000);
		await holds(async () => await streamsOf(device) === 1, "a stream is kept");
		await device.stop();
	});

test.serial("TCP: there are only so many connections; who comes then is refused, and a reset makes room", async (t) => {
	const device = await Device.ready();
	await device.ask({ do: "listen", port: 80 });
	const clients: Client[] = [];
	for (let i = 0; i < 13; i++) {
		const client = new Client(device.lan, "10.1.0.1", 80);
		t.true(await client.open(), `connection ${i}`);
		await client.send(ACK, Buffer.from("x"));
		await client.hears(1);
		clients.push(client);
	}
	const late = new Client(device.lan, "10.1.0.1", 80);
	await late.open(1000);
	await holds(() => late.reset, "it is not refused", 5000);
	await clients[0]!.send(RST | ACK);
	await device.hears((told) => told.ended === "connection reset by peer", "the reset");
	const next = new Client(device.lan, "10.1.0.1", 80);
	t.true(await next.open());
	await next.send(ACK, Buffer.from("y"));
	await next.hears(1);
	await device.stop();
});

test.serial("TCP: who shows no password costs JavaScript only so much; then the connection and every next one are refused, until time has passed", async (t) => {
	t.timeout(120000);
	const device = await Device.ready();
	await device.ask({ do: "listen", port: 80 });
	const client = new Client(device.lan, "10.1.0.1", 80);
	t.true(await client.open());
	// a byte is a call; the device's clock stands still meanwhile
	let sent = 0;
	for (; sent < 3000 && !client.reset; sent++) {
		await client.send(ACK | PUSH, Buffer.from("x"));
		await holds(() => client.received.length > sent || client.reset, "it is neither answered nor refused", 10000);
	}
	t.true(client.reset);
	t.true(sent > 300, `${sent}`);
	await device.hears((told) => told.ended !== undefined, "that it ended");
	t.is(await device.counter("http-flood"), 1);
	const next = new Client(device.lan, "10.1.0.1", 80);
	await next.open(1000);
	await holds(() => next.reset, "it is not refused", 10000);
	t.is(await device.counter("http-flood"), 2);
	t.is(await streamsOf(device), 1, "only the console's");
	t.is(await device.ask({ do: "frames" }), 0);
	for (let i = 0; i < 10; i++)
		await device.ask({ do: "skip", milliseconds: 1000 });
	const later = new Client(device.lan, "10.1.0.1", 80);
	t.true(await later.open());
	await later.send(ACK | PUSH, Buffer.from("y"));
	await later.hears(1);
	await device.stop();
});

test.serial("TCP: pages are the LAN's: nobody reaches them from the WAN, at either address", async (t) => {
	const device = await Device.ready({ wanAlso: ["10.1.0.9"] });
	await device.ask({ do: "keep-out", address: "10.0.0.1" });
	await device.ask({ do: "listen", port: 80 });
	for (const address of ["10.0.0.1", "10.1.0.1"])
		t.false(await new Client(device.wan, address, 80, "10.0.0.1").open(500), address);
	t.is(await device.counter("wan-kept-out"), 1);
	t.is(await device.counter("wan-not-ours"), 1);
	t.true(await new Client(device.lan, "10.1.0.1", 80).open());
	// what nobody listens to refuses, from wherever
	const client = new Client(device.wan, "10.0.0.1", 81);
	t.false(await client.open());
	t.true(client.reset);
	await device.stop();
});

test.serial("the clock goes, and what was scheduled comes", async (t) => {
	const device = await Device.ready();
	await device.ask({ do: "schedule", milliseconds: 60000 });
	await device.ask({ do: "skip", milliseconds: 59000 });
	t.false(device.told.some((told) => told.timer !== undefined));
	await device.ask({ do: "skip", milliseconds: 2000 });
	await device.hears((told) => told.timer !== undefined, "the timer");
	await device.stop();
});

test.serial("names are asked of the DNS server; one that it does not know, or no server, is an answer too", async (t) => {
	const device = await Device.ready();
	await device.ask({ do: "look-up", name: "peer.example" });
	t.is((await device.hears((told) => told.name === "peer.example", "that there is no server")).found, 0);
	await device.ask({ do: "resolver", server: "10.0.0.254" });
	const asked = device.told.length;
	await device.ask({ do: "look-up", name: "peer.example" });
	const { udp } = await device.wan.packet((packet) => packet.udp?.to === 53, "the question");
	const answer = Buffer.concat([udp!.content, Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7])]);
	answer.writeUInt16BE(0x8180, 2);
	answer.writeUInt16BE(1, 6);
	await device.wan.sendUDP("10.0.0.1", "10.0.0.1", 53, udp!.from, answer);
	t.is((await device.hears((told) => told.name === "peer.example", "the address", asked)).found, 0xc0000207);
	// nobody answers
	await device.ask({ do: "look-up", name: "other.example" });
	for (let i = 0; i < 60; i++)
		await device.ask({ do: "skip", milliseconds: 1000 });
	t.is((await device.hears((told) => told.name === "other.example", "that nobody knows it")).found, 0);
	await device.stop();
});

test.serial("a full heap ends the control plane and begins another, with sockets closed; five times within a minute are enough", async (t) => {
	const device = await Device.ready();
	await device.ask({ do: "listen", port: 80 });
	await device.ask({ do: "udp", address: "10.0.0.1", port: 500 });
	const client = new Client(device.lan, "10.1.0.1", 80);
	t.true(await client.open());
	await device.hears((told) => told.connected !== undefined, "who connects");
	for (let i = 0; i < 5; i++) {
		const from = device.told.length;
		device.order({ do: "fill" });
		t.is((await device.hears((told) => told.started !== undefined, "that it starts anew", from)).started, 1);
		if (i === 0) {
			await device.hears((told) => /heap exhausted/.test(String(told.line)), "why");
			await device.ask({ do: "listen", port: 80 });
			await device.ask({ do: "udp", address: "10.0.0.1", port: 500 });
			await holds(() => client.reset || client.ended, "the connection stays", 20000);
		}
	}
	device.order({ do: "fill" });
	await holds(() => device.status !== undefined, "it goes on", 10000);
	t.regex(device.errors, /fatal: the control plane ended too often within a minute/);
	device.unplug();
});

test.serial("a fresh control plane for other settings finds everything free", async (t) => {
	const device = await Device.ready();
	for (let i = 0; i < 7; i++) {
		await device.ask({ do: "listen", port: 80 });
		await device.ask({ do: "udp", address: "10.0.0.1", port: 500 });
		const from = device.told.length;
		await device.ask({ do: "anew" });
		t.is((await device.hears((told) => told.started !== undefined, "that it starts anew", from)).started, 2);
	}
	await device.stop();
});
