/** A network with a DHCP server and machines that ask it. */
import { formatAddress, parseAddress } from "../../../modules/addresses.js";
import { hardwareText } from "../../../modules/dhcp/leases.js";
import { DHCPServer, PROBE_TIME, type Plan } from "../../../modules/dhcp/server.js";
import { leaseTable } from "../../../modules/dhcp/table.js";

export const second = 1000;
export const plan: Plan = Object.freeze({
	address: parseAddress("10.1.0.1")!, prefix: 24, first: parseAddress("10.1.0.100")!, last: parseAddress("10.1.0.199")!, leaseSeconds: 3600,
	fixed: Object.freeze([Object.freeze({ hardwareAddress: "52:54:00:00:00:09", address: parseAddress("10.1.0.9")! })]), dns: Object.freeze([parseAddress("10.0.0.53")!, parseAddress("10.0.0.54")!])
});

export interface Answer {
	/** Where it was sent. */
	readonly to: string;
	readonly type: number;
	readonly xid: number;
	readonly yiaddr: string;
	readonly ciaddr: string;
	readonly hardware: string;
	readonly broadcast: boolean;
	/** By code: bytes with blanks between. */
	readonly options: ReadonlyMap<number, string>;
	readonly size: number;
}

export interface Say {
	readonly type: number;
	readonly xid?: number;
	readonly ciaddr?: string;
	readonly giaddr?: string;
	readonly requested?: string;
	readonly server?: string;
	readonly id?: readonly number[];
	readonly broadcast?: boolean;
	/** Bytes that come after the other options, as they stand. */
	readonly more?: readonly number[];
}

export function hardware(last: number): Uint8Array {
	return Uint8Array.of(0x52, 0x54, 0, 0, last >> 8, last & 255);
}

function addressBytes(text: string): number[] {
	return text.split(".").map(Number);
}

/** What a machine sends. */
export function message(from: Uint8Array, { type, xid = 1, ciaddr, giaddr, requested, server, id, broadcast = false, more = [] }: Say): Uint8Array {
	const options = [53, 1, type];
	if (requested !== undefined)
		options.push(50, 4, ...addressBytes(requested));
	if (server !== undefined)
		options.push(54, 4, ...addressBytes(server));
	if (id !== undefined)
		options.push(61, id.length, ...id);
	const bytes = new Uint8Array(240 + options.length + more.length + 1);
	bytes.set([1, 1, 6, 0, 0, 0, 0, xid, 0, 0, broadcast ? 0x80 : 0]);
	if (ciaddr !== undefined)
		bytes.set(addressBytes(ciaddr), 12);
	if (giaddr !== undefined)
		bytes.set(addressBytes(giaddr), 24);
	bytes.set(from, 28);
	bytes.set([0x63, 0x82, 0x53, 0x63, ...options, ...more, 255], 236);
	return bytes;
}

function readAnswer(bytes: Uint8Array, to: number): Answer {
	const view = new DataView(bytes.buffer, bytes.byteOffset);
	const options = new Map<number, string>();
	let type = 0;
	for (let at = 240; at < bytes.length && bytes[at] !== 255; at += 2 + bytes[at + 1]!) {
		options.set(bytes[at]!, bytes.slice(at + 2, at + 2 + bytes[at + 1]!).join(" "));
		if (bytes[at] === 53)
			type = bytes[at + 2]!;
	}
	return {
		to: formatAddress(to), type, options, size: bytes.length, xid: view.getUint32(4), broadcast: (view.getUint16(10) & 0x8000) !== 0,
		ciaddr: formatAddress(view.getUint32(12)), yiaddr: formatAddress(view.getUint32(16)), hardware: hardwareText(bytes.slice(28, 34)),
	};
}

export class LAN {
	now = 5000;
	readonly server: DHCPServer;
	readonly answers: Answer[] = [];
	readonly asked: string[] = [];
	/** Machines that have an address without the server: by address. */
	readonly squatters = new Map<string, string>();
	readonly lines: string[] = [];

	constructor(own: Plan | undefined = plan, size?: number) {
		this.server = this.start(own, size);
	}

	/** A server without memory of any lease. */
	start(own: Plan | undefined = plan, size?: number): DHCPServer {
		const write = (text: string) => this.lines.push(text);
		const server = new DHCPServer({
			table: leaseTable(), ...(size === undefined ? {} : { size }),
			log: { write: (_time, _severity, _peer, text) => write(text), limited: (_time, _severity, _peer, _source, _cause, text) => write(text) },
			send: (bytes, address) => this.answers.push(readAnswer(bytes, address)),
			ask: (address) => this.asked.push(formatAddress(address)),
			holder: (address) => this.squatters.get(formatAddress(address)),
			reschedule() {},
		});
		server.configure(own);
		return server;
	}

	/** Says it, and lets so much time pass; the answer that came last meanwhile. */
	say(from: Uint8Array, what: Say, wait = PROBE_TIME): Answer | undefined {
		const { length } = this.answers;
		this.server.receive(this.now, message(from, what));
		const end = this.now + wait;
		for (let at = this.server.pollAt(); at !== undefined && at <= end; at = this.server.pollAt()) {
			this.now = Math.max(this.now, at);
			this.server.poll(this.now);
		}
		this.now = end;
		return this.answers.length > length ? this.answers[this.answers.length - 1] : undefined;
	}

	/** DISCOVER to ACK; the address, "": none. */
	join(last: number, id?: readonly number[]): string {
		const more = id === undefined ? {} : { id };
		const offer = this.say(hardware(last), { type: 1, xid: last & 255, ...more });
		if (offer?.type !== 2)
			return "";
		const ack = this.say(hardware(last), { type: 3, xid: last & 255, requested: offer.yiaddr, server: "10.1.0.1", ...more }, second);
		return ack?.type === 5 ? ack.yiaddr : "";
	}

	counts(): Record<string, number> {
		const found: Record<string, number> = {};
		for (const { name, value } of this.server.counters)
			found[name] = value;
		return found;
	}
}
