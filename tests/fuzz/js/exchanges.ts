/** Target: a peer with the right keys that says whatever it likes in every exchange and state, over a network that does what it likes. */
import { emitDelete } from "../../../modules/ike/v1/wire/delete.js";
import { emitAddressID } from "../../../modules/ike/v1/wire/id.js";
import { emitNotification } from "../../../modules/ike/v1/wire/notification.js";
import { isPrintable } from "../../../modules/log/printable.js";
import { exchanges } from "../../unit/ike/faults/exchanges.js";
import { whatIsLeft } from "../../unit/ike/faults/run.js";
import type { Node, Packet, Two } from "../../unit/ike/network.js";
import { Input } from "./input.js";
import { Insider, type Part } from "./insider.js";
import { holds, type Target } from "./loop.js";

const payloadTypes = [1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 20, 21, 130, 131, 132, 0, 2, 3, 255] as const;
const exchangeTypes = [5, 5, 6, 32, 32, 2, 4, 33] as const;
const notifications = [1, 4, 7, 11, 14, 16, 18, 24, 16384, 24576, 24577, 24578, 36136, 36137, 65535] as const;

/** One change of a chain. */
function changeOf(input: Input): (parts: Part[]) => Part[] {
	const what = input.byte() % 9;
	const at = input.byte();
	const more = input.byte();
	const value = input.word();
	const bytes = input.bytes(what === 3 || what === 0 ? more % 64 : 0);
	return (parts) => {
		const index = parts.length === 0 ? 0 : at % parts.length;
		const part = parts[index];
		if (part === undefined)
			return parts;
		switch (what) {
		case 0:
			bytes.forEach((byte, i) => part.body[(value + i) % (part.body.length + 1)] = byte);
			break;
		case 1: return parts.filter((each) => each !== part);
		case 2: return [...parts, { ...part }];
		case 3: parts.splice(index, 0, { type: payloadTypes[value % payloadTypes.length]!, body: bytes, reserved: 0, lie: 0 }); break;
		case 4: part.type = payloadTypes[value % payloadTypes.length]!; break;
		case 5: part.lie = (value << 16 >> 16) % 300; break;
		case 6: part.reserved = more; break;
		case 7: return [part, ...parts.filter((each) => each !== part)];
		default: {
			const body = new Uint8Array(value % 600);
			body.set(part.body.subarray(0, body.length));
			part.body = body;
		}
		}
		return parts;
	};
}

/** Payloads of a message that there was not. */
function invented(input: Input, node: Node): { type: number; body: Uint8Array }[] {
	const list: { type: number; body: Uint8Array }[] = [];
	for (let count = 1 + input.byte() % 4; count > 0; count--) {
		const how = input.byte();
		const children = [...node.pairs.values()].map(({ child }) => child);
		const spi = (how & 0x80 ? children[0]?.outboundSPI : children[0]?.inboundSPI) ?? input.word();
		const sa = node.sas()[0] as unknown as { cookies: Uint8Array } | undefined;
		const spiBytes = Uint8Array.of(spi >>> 24, spi >>> 16, spi >>> 8, spi);
		switch (how & 7) {
		case 0: case 1: list.push({ type: 12, body: emitDelete(2 + (how >> 3 & 1), spi) }); break;
		case 2: list.push({ type: 12, body: Uint8Array.of(0, 0, 0, 1, 1, 16, 0, 1, ...sa?.cookies ?? new Uint8Array(16)) }); break;
		case 3: case 4: list.push({ type: 11, body: emitNotification({ protocol: how & 8 ? 1 : 3, type: input.pick(notifications), spi: how & 16 ? spiBytes : sa?.cookies ?? spiBytes, data: input.bytes(input.byte() % 16) }) }); break;
		case 5: list.push({ type: 5, body: emitAddressID(input.word() << 16 >>> 0, input.byte(), input.word()) }); break;
		default: list.push({ type: input.pick(payloadTypes), body: input.bytes(input.byte()) });
		}
	}
	return list;
}

interface Deed {
	/** Number of the message, of those that are in clear or of those that are not. */
	readonly at: number;
	readonly sealed: boolean;
	readonly act: (packet: Packet) => Packet[];
}

function deedOf(input: Input, { a, b }: Two, insiders: ReadonlyMap<string, Insider>): Deed {
	const place = input.byte();
	const what = input.byte();
	const base = { at: place & 15, sealed: (place & 128) !== 0 };
	switch (what & 7) {
	case 0: return { ...base, act: () => [] };
	case 1: return { ...base, act: (packet) => [packet, packet] };
	case 2: {
		const at = input.byte() % 28;
		const flip = input.byte();
		return {
			...base, act: (packet) => {
				const bytes = packet.bytes.slice();
				bytes[at] = (bytes[at] ?? 0) ^ flip;
				return [{ ...packet, bytes }];
			}
		};
	}
	case 3: {
		const exchange = input.pick(exchangeTypes);
		const id = input.byte() << 8 | 1;
		const later = input.bytes(120);
		return {
			...base, act: (packet) => {
				const node = packet.sender === "a" ? a : b;
				const bytes = insiders.get(packet.sender)!.says(exchange, id, invented(new Input(later), node));
				const said = bytes === undefined ? [] : [{ ...packet, bytes: packet.from.port === 4500 || packet.to.port === 4500 ? Uint8Array.of(0, 0, 0, 0, ...bytes) : bytes }];
				return what & 8 ? [...said, packet] : [packet, ...said];
			}
		};
	}
	default: {
		const changes = Array.from({ length: 1 + (what >> 3) % 3 }, () => changeOf(input));
		return {
			...base, act: (packet) => {
				const bytes = insiders.get(packet.sender)!.changed(packet, (parts) => changes.reduce((list, change) => change(list), parts));
				return bytes === undefined ? [packet] : what & 128 ? [packet, { ...packet, bytes }] : [{ ...packet, bytes }];
			}
		};
	}
	}
}

function run(bytes: Uint8Array): void {
	const input = new Input(bytes);
	const exchange = exchanges[input.byte() % exchanges.length]!;
	const made = exchange.prepare(1);
	const { network, a, b } = made;
	const insiders = new Map([a, b].map((node) => [node.name, new Insider(node)]));
	const deeds: Deed[] = [];
	while (!input.isOver && deeds.length < 12)
		deeds.push(deedOf(input, made, insiders));
	const counts = { clear: 0, sealed: 0 };
	const linesBefore = a.lines.length + b.lines.length;
	const sentBefore = network.sent.length;
	network.filter = (packet) => {
		const marker = packet.bytes[0] === 0 && packet.bytes[1] === 0 && packet.bytes[2] === 0 && packet.bytes[3] === 0 ? 4 : 0;
		const sealed = (packet.bytes[19 + marker]! & 1) !== 0;
		const number = sealed ? counts.sealed++ : counts.clear++;
		let list = [packet];
		for (const deed of deeds)
			if (deed.at === number && deed.sealed === sealed)
				list = list.flatMap((each) => deed.act(each));
		list.forEach((each, i) => network.queue({ ...each, at: network.now + network.delay + i }));
		return false;
	};
	exchange.begin(made);
	network.run(40000);
	network.filter = () => true;
	const lines = [...a.lines, ...b.lines];
	const sent = network.sent.length - sentBefore;
	holds(sent <= 200, `${sent} messages`);
	holds(lines.length - linesBefore <= 60 + 12 * sent, `${lines.length - linesBefore} lines in the log for ${sent} messages`);
	for (const line of lines)
		holds(isPrintable(line) && line.length < 1200, `printable: ${line}`);
	const left = whatIsLeft(made, false);
	holds(left === "", `nothing is left: ${left}`);
}

const text = (...bytes: readonly number[]): Uint8Array => Uint8Array.from(bytes);
const seal = 128;

export const exchangesTarget: Target = {
	name: "exchanges", run, runs: 150,
	seeds: [
		...exchanges.map((_, i) => text(i)),
		...exchanges.flatMap((_, i) => [0, 1, 2, 3].map((at) => text(i, seal | at, 4, 3, at, 12, 0, 5, 0, 0, 0, 1, 3, 4, 0, 1, 0, 0, 0, 9))),
		...exchanges.flatMap((_, i) => [1, 2, 3].map((at) => text(i, seal | at, 3 | 8, 1, 1, 3, 0, 2, 0x93, 7, 4))),
		...exchanges.flatMap((_, i) => [0, 1, 2, 3].map((at) => text(i, at, 4, 8, at, 0, 1, 44))),
		...exchanges.flatMap((_, i) => [0, 1, 2].map((at) => text(i, seal | at, 4, 0, at + 1, 8, 0, at, 255, 255, 0, 0, 0, 0, 0, 1))),
	],
	words: [text(seal), text(5, 4, 3), text(12, 16, 0, 0), ...["0000000101100001", "00000001030400010000", "80010007800e0080"].map((hex) => Uint8Array.from(hex.match(/../g)!, (pair) => parseInt(pair, 16)))],
};
