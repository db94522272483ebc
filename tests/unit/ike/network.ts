/**
 * Two or more gateways on a network of the test's own: a clock that stands still until it is told, a queue with seeded loss,
 * duplication, reordering and delay, NAT boxes, and hosts that remember what IKE asked of them.
 */
import { parseAddress, type Endpoint } from "../../../modules/addresses.js";
import { Accelerator } from "../../../modules/crypto/crypto.js";
import type { Bytes, CBCName, Certificates, Crypto, HashName, KeyAgreement } from "../../../modules/crypto/types.js";
import type { Asking } from "../../../modules/ike/ask/asking.js";
import { IKE } from "../../../modules/ike/ike.js";
import type { TableSizes } from "../../../modules/ike/table.js";
import type { ChildSA, IKEHost, IKESAStatus, Problem, SAKeys } from "../../../modules/ike/types.js";
import { packAttempt } from "../../../modules/ike/v1/attempt.js";
import { ATTEMPT_SIZE, ATTEMPTS, LADDER_SIZE, LADDERS } from "../../../modules/limits.js";
import type { Severity } from "../../../modules/log/types.js";
import { Attempts } from "../../../modules/records/attempts.js";
import { Ladders } from "../../../modules/records/ladders.js";
import type { AttemptHead, Negotiation, WireMessage } from "../../../modules/records/types.js";
import type { ConnectionSettings, PeerSettings } from "../../../modules/settings/types.js";
import { day } from "../../vectors/certificates.js";
import type { Slow } from "./slow.js";

/** A small generator (xorshift) that gives the same numbers for the same seed. */
export class Random {
	#state: number;

	constructor(seed: number) {
		this.#state = (seed * 2654435761 + 1) >>> 0 || 1;
	}

	/** 0 to 2^32 - 1. */
	next(): number {
		let x = this.#state;
		x ^= x << 13;
		x ^= x >>> 17;
		x ^= x << 5;
		this.#state = x >>> 0;
		return this.#state;
	}

	/** True in `percent` of a hundred. */
	chance(percent: number): boolean {
		return this.next() % 1000 < percent * 10;
	}

	below(limit: number): number {
		return limit <= 0 ? 0 : this.next() % limit;
	}
}

/** The accelerator, but for its randomness. */
class SeededCrypto implements Crypto {
	readonly description = "seeded";
	readonly #accelerator: Accelerator;
	readonly #random: Random;
	readonly #network: Network;

	constructor(network: Network, seed: number) {
		this.#accelerator = network.accelerator;
		this.#random = new Random(seed);
		this.#network = network;
	}

	/** `done`, or what stands for it while the accelerator is slow. */
	#late<T>(done: (value: T | undefined, error?: string) => void): (value: T | undefined, error?: string) => void {
		return this.#network.slow?.late(() => this.#network.now, done) ?? done;
	}

	/** Before each call. True: the job that it is fails. */
	#called(what: string): boolean {
		return this.#network.called(this, what);
	}

	hash(name: HashName, data: Bytes): Uint8Array {
		this.#called("hash");
		return this.#accelerator.hash(name, data);
	}

	hmac(name: HashName, key: Uint8Array, data: Bytes): Uint8Array {
		this.#called("hmac");
		return this.#accelerator.hmac(name, key, data);
	}

	encrypt(name: CBCName, key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
		this.#called("encrypt");
		return this.#accelerator.encrypt(name, key, iv, data);
	}

	decrypt(name: CBCName, key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
		this.#called("decrypt");
		return this.#accelerator.decrypt(name, key, iv, data);
	}

	random(size: number): Uint8Array {
		this.#called("random");
		const bytes = new Uint8Array(size);
		for (let i = 0; i < size; i++)
			bytes[i] = this.#random.next() >>> 11;
		return bytes;
	}

	equal(a: Uint8Array, b: Uint8Array): boolean {
		this.#called("equal");
		return this.#accelerator.equal(a, b);
	}

	deriveKey(password: Uint8Array, salt: Uint8Array, iterations: number, size: number): Uint8Array {
		this.#called("deriveKey");
		return this.#accelerator.deriveKey(password, salt, iterations, size);
	}

	get keyAgreement(): KeyAgreement {
		const { keyAgreement } = this.#accelerator;
		return {
			generate: (group, done) => this.#called("generate") ? this.#fail(done) : keyAgreement.generate(group, this.#late(done)),
			agree: (pair, peerPublicValue, done) => this.#called("agree") ? this.#fail(done) : keyAgreement.agree(pair, peerPublicValue, this.#late(done)),
		};
	}

	sign(own: number, hash: Uint8Array, done: (signature: Uint8Array | undefined, error?: string) => void): void {
		if (this.#called("sign"))
			this.#fail(done);
		else
			this.#accelerator.sign(own, hash, this.#late(done));
	}

	/** The job is taken, and could not be done. */
	#fail(done: (value: undefined, error: string) => void): void {
		this.#network.later(() => done(undefined, "failed"));
	}

	get certificates(): Certificates {
		return this.#accelerator.certificates;
	}
}

function keyText({ encryption, authentication, ah }: SAKeys): string {
	return [...encryption, "/", ...authentication, "/", ...ah ?? []].join();
}

/** A pair of SAs at one end, with copies of its keys. */
export interface InstalledPair {
	readonly child: ChildSA;
	readonly inboundKey: string;
	outboundKey: string;
	outbound: boolean;
	remote: Endpoint;
	readonly at: number;
	/** When its outgoing SA was there. */
	completeAt: number;
}

export interface Packet {
	/** When it arrives. */
	at: number;
	readonly number: number;
	readonly from: Endpoint;
	readonly to: Endpoint;
	readonly bytes: Uint8Array;
	/** Name of the gateway that sent it. */
	readonly sender: string;
}

/** A gateway with a host that only remembers. */
export class Node implements IKEHost {
	readonly name: string;
	readonly address: number;
	readonly crypto: Crypto;
	readonly ike: IKE;
	/** Beside it, when the peer is asked something. */
	asking: Asking | undefined;
	readonly lines: string[] = [];
	readonly problems: Problem[] = [];
	readonly solvedNames: string[] = [];
	readonly reserved = new Set<number>();
	readonly pairs = new Map<number, InstalledPair>();
	/** Reasons of pairs that went. */
	readonly removed: string[] = [];
	readonly moves: Endpoint[] = [];
	/** SPIs there are to reserve; fewer make the table full. */
	room = 24;
	readyCalls = 0;
	#nextSPI: number;
	#network: Network;

	constructor(network: Network, name: string, address: string, peers: PeerSettings[], sizes: TableSizes | undefined, wholeSize?: number) {
		this.#network = network;
		this.name = name;
		this.address = parseAddress(address)!;
		this.crypto = new SeededCrypto(network, network.seed * 100 + network.started++);
		this.#nextSPI = 0x1000 * (this.address & 255);
		this.#connections = peers.flatMap((peer) => peer.connections.map((connection) => `${peer.name}/${connection.name}`));
		this.ladders.keep(peers.map((peer) => peer.name), []);
		this.ike = new IKE({
			host: this, peers, gateway: { wanAddress: this.address, ikePort: 500, natTraversalPort: 4500 },
			onReady: () => { this.readyCalls++; },
			...(sizes ? { sizes } : {}),
			...(wholeSize ? { wholeSize } : {})
		});
	}

	readonly #connections: readonly string[];
	/** What went over the wire in the last negotiations. */
	readonly ladders = new Ladders(new ArrayBuffer(LADDERS * LADDER_SIZE), { policyOf: (peer, connection) => this.#connections.indexOf(`${peer}/${connection}`) });
	/** Negotiations that ended, and why they failed: "main: no answer". */
	readonly ends: string[] = [];

	seen(now: number, negotiation: Negotiation, message: WireMessage): void {
		this.ladders.seen(now, negotiation, message);
	}

	readonly attempts = new Attempts(new ArrayBuffer(ATTEMPTS * ATTEMPT_SIZE));

	attempted(now: number, attempt: AttemptHead, payloads: readonly { readonly type: number; readonly body: Uint8Array }[], peer: string, notify: number, text: string): void {
		const noted = this.attempts.note(now, attempt);
		if (noted?.isNew)
			this.attempts.describe(noted.index, packAttempt(payloads));
		if (noted !== undefined)
			this.attempts.answer(noted.index, peer, notify, text);
	}

	ended(negotiation: Negotiation, reason: string): void {
		this.ladders.ended(negotiation, reason);
		if (this.#network.recording)
			this.ends.push(`${negotiation.exchange}: ${reason}`);
	}

	readonly log = {
		write: (time: number, _severity: Severity, peer: string, text: string) => { this.#note(`${time} ${peer}: ${text}`); },
		limited: (time: number, _severity: Severity, peer: string, _source: number, _cause: string, text: string) => { this.#note(`${time} ${peer}: (${text})`); }
	};

	wallClock(): number {
		return this.#network.wallClock;
	}

	/** Slots that its heap has left; undefined: as many as are asked for. */
	free: (() => number) | undefined;

	hasSlots(count: number): boolean {
		return this.free === undefined || this.free() >= count;
	}

	/** What this gateway's names mean; "" is for a name that is not answered yet. */
	readonly hosts = new Map<string, string>();
	readonly lookups: string[] = [];
	/** Names cannot be asked for while this is true. */
	deaf = false;

	lookUp(peer: string, name: string): boolean {
		if (this.deaf)
			return false;
		this.lookups.push(name);
		const address = this.hosts.get(name);
		if (address !== "")
			this.#network.later(() => this.ike.lookedUp(this.#network.now, peer, name, address === undefined ? 0 : parseAddress(address)!));
		return true;
	}

	/** When this gateway has something to do. */
	get dueAt(): number {
		return Math.min(this.ike.pollAt() ?? Infinity, this.asking?.pollAt() ?? Infinity);
	}

	#note(line: string): void {
		if (this.#network.recording)
			this.lines.push(line);
	}

	reserve(): number {
		if (this.reserved.size + this.pairs.size >= this.room)
			return 0;
		const spi = ++this.#nextSPI;
		this.reserved.add(spi);
		return spi;
	}

	release(inboundSPI: number): void {
		if (!this.reserved.delete(inboundSPI))
			throw new Error("released what was not reserved");
	}

	installInbound(now: number, child: ChildSA): void {
		if (!this.reserved.delete(child.inboundSPI))
			throw new Error("installed what was not reserved");
		this.pairs.set(child.inboundSPI, {
			child, inboundKey: keyText(child.inboundKeys), outboundKey: "",
			outbound: false, remote: child.remoteEndpoint, at: now, completeAt: Infinity
		});
	}

	installOutbound(now: number, child: ChildSA): void {
		const pair = this.pairs.get(child.inboundSPI)!;
		if (pair.outbound)
			throw new Error("installed twice");
		pair.outbound = true;
		pair.completeAt = now;
		pair.outboundKey = keyText(child.outboundKeys);
	}

	remove(_now: number, inboundSPI: number, reason: string): void {
		if (!this.pairs.delete(inboundSPI))
			throw new Error("removed what was not installed");
		if (this.#network.recording)
			this.removed.push(reason);
	}

	/** When the last ESP came from a peer. */
	esp = 0;

	heard(_peer: string): number {
		return this.esp;
	}

	/** Messages that came and were not read, or found no room. */
	unread: (since: number) => boolean = () => false;

	missed(since: number): boolean {
		return this.unread(since);
	}

	problem(problem: Problem): void {
		this.problems.push(problem);
	}

	solved(peer: string, connection: string): void {
		if (this.#network.recording)
			this.solvedNames.push(`${peer}/${connection}`);
	}

	moved(peer: string, remote: Endpoint, identity: number): void {
		this.moves.push(remote);
		for (const pair of this.pairs.values())
			if (pair.child.peer === peer && pair.child.identity === identity)
				pair.remote = remote;
	}

	/** A pair is at its soft limit: another is made in its place, unless one came after it. */
	age(inboundSPI: number): void {
		const { child } = this.pairs.get(inboundSPI)!;
		const newest = [...this.pairs.values()].findLast((pair) => pair.child.peer === child.peer && pair.child.connection === child.connection)!;
		if (newest.child === child)
			this.ike.renew(this.#network.now, inboundSPI);
	}

	/** The administrator or the end of life closes a pair here. */
	deletePair(inboundSPI: number): void {
		const pair = this.pairs.get(inboundSPI)!;
		this.ike.deleteChild(this.#network.now, inboundSPI, pair.child.outboundSPI);
		this.pairs.delete(inboundSPI);
	}

	sas(): IKESAStatus[] {
		return [...this.ike.ikeSecurityAssociations()];
	}

	/** Pairs that carry traffic both ways. */
	get up(): InstalledPair[] {
		return [...this.pairs.values()].filter((pair) => pair.outbound);
	}

	get causes(): string[] {
		return this.problems.map((problem) => problem.cause);
	}

	counter(name: string): number {
		for (const counter of this.ike.counters())
			if (counter.name === `ike-${name}`)
				return counter.value;
		return 0;
	}
}

/** A NAT in front of one gateway: what it sends comes from `outside` and ports of the NAT's own. */
export interface NAT {
	readonly inside: number;
	readonly outside: number;
	/** Outer port for each inner one. */
	readonly ports: Map<number, number>;
	/** Added to the inner port when a mapping is made; a test may change it and clear the map: the NAT has lost its state. */
	base: number;
}

export interface NetworkOptions {
	readonly seed?: number;
	/** Percent of packets. */
	readonly loss?: number;
	readonly duplication?: number;
	readonly reordering?: number;
	/** Milliseconds that a packet takes. */
	readonly delay?: number;
}

export class Network {
	readonly accelerator = new Accelerator();
	readonly seed: number;
	readonly nodes: Node[] = [];
	/** Gateways that were ever added: each has random numbers of its own. */
	started = 0;
	readonly nats: NAT[] = [];
	/** What is sent, logged, removed and solved is kept for the test to look at. Not for a week. */
	recording = true;
	/** All that was ever sent, in order. */
	readonly sent: Packet[] = [];
	/** Decides about each packet: false loses it. Numbered from 1. */
	filter: (packet: Packet) => boolean = () => true;
	/** Told of each call of a gateway's crypto. What it throws is what the call throws; true: the job that is asked for fails. */
	called: (crypto: Crypto, what: string) => boolean = () => false;
	/** Has what gateways let out, as the line that a host writes of it; undefined: it ends the test. */
	caught: string[] | undefined;
	/** Exponentiations are not finished while this is true. */
	accelerating = true;
	/** What it has done is told late. */
	slow: Slow | undefined;
	loss: number;
	duplication: number;
	reordering: number;
	delay: number;
	now = 1000;
	/** Seconds since 1970 as all gateways have it, 0: they do not know the time. */
	wallClock = day;
	#queue: Packet[] = [];
	#actions: (() => void)[] = [];
	#random: Random;
	#count = 0;

	constructor({ seed = 1, loss = 0, duplication = 0, reordering = 0, delay = 10 }: NetworkOptions = {}) {
		this.seed = seed;
		this.#random = new Random(seed);
		this.loss = loss;
		this.duplication = duplication;
		this.reordering = reordering;
		this.delay = delay;
	}

	add(name: string, address: string, peers: PeerSettings[], sizes?: TableSizes, wholeSize?: number): Node {
		const node = new Node(this, name, address, peers, sizes, wholeSize);
		this.nodes.push(node);
		return node;
	}

	addNAT(inside: string, outside: string, base = 20000): NAT {
		const nat = { inside: parseAddress(inside)!, outside: parseAddress(outside)!, ports: new Map<number, number>(), base };
		this.nats.push(nat);
		return nat;
	}

	/** A datagram from anybody, as it would come off the wire. */
	inject(from: Endpoint, to: Endpoint, bytes: Uint8Array): void {
		this.#arrive({ at: this.now, number: 0, from, to, bytes: bytes.slice(), sender: "" });
		this.settle();
	}

	/** A datagram that is under way and arrives at its time, past the filter. */
	queue(packet: Packet): void {
		this.#queue.push({ ...packet, bytes: packet.bytes.slice() });
	}

	/** Something that happens when the calls under way have returned. */
	later(action: () => void): void {
		this.#actions.push(action);
	}

	/** Lets everything happen that does not take time, and puts what is sent into the queue. */
	settle(): void {
		for (let again = true; again;) {
			again = this.#actions.length > 0;
			for (const action of this.#actions.splice(0))
				this.#guard(action);
			if (this.accelerating)
				while (this.accelerator.pending > 0)
					this.#guard(() => this.accelerator.collect());
			if (this.slow?.tell(this.now) === true)
				again = true;
			for (const node of this.nodes) {
				if (node.dueAt > this.now)
					continue;
				again = true;
				const emit = (bytes: Uint8Array, to: Endpoint, localPort: number): void => this.#send(node, bytes, to, localPort);
				this.#guard(() => {
					node.ike.dispatch(this.now, emit);
					node.asking?.dispatch(this.now, emit);
				});
			}
			if (this.accelerating && this.accelerator.pending > 0)
				again = true;
		}
	}

	/** A call from a host: an exception is a line, and the host goes on. */
	#guard(call: () => void): void {
		if (this.caught === undefined)
			return call();
		try {
			call();
		}
		catch (error) {
			this.caught.push(String(error));
		}
	}

	/** Runs the clock for `milliseconds`. */
	run(milliseconds: number): void {
		const end = this.now + milliseconds;
		this.settle();
		for (;;) {
			let next = this.slow?.next ?? Infinity;
			for (const packet of this.#queue)
				next = Math.min(next, packet.at);
			for (const node of this.nodes)
				next = Math.min(next, node.dueAt);
			if (next > end)
				break;
			this.now = Math.max(this.now, next);
			const due = this.#queue.filter((packet) => packet.at <= this.now).sort((a, b) => a.at - b.at);
			this.#queue = this.#queue.filter((packet) => packet.at > this.now);
			for (const packet of due) {
				this.#arrive(packet);
				this.settle();
			}
			this.settle();
		}
		this.now = end;
	}

	/** Packets under way. */
	get underway(): number {
		return this.#queue.length;
	}

	#send(node: Node, bytes: Uint8Array, to: Endpoint, localPort: number): void {
		let from: Endpoint = { address: node.address, port: localPort };
		for (const nat of this.nats)
			if (nat.inside === from.address) {
				let port = nat.ports.get(localPort);
				if (port === undefined)
					nat.ports.set(localPort, port = nat.base + localPort);
				from = { address: nat.outside, port };
			}
		const packet: Packet = { at: 0, number: ++this.#count, from, to, bytes: bytes.slice(), sender: node.name };
		if (this.recording)
			this.sent.push(packet);
		if (!this.filter(packet) || this.#random.chance(this.loss))
			return;
		const copies = this.#random.chance(this.duplication) ? 2 : 1;
		for (let i = 0; i < copies; i++) {
			const late = this.#random.chance(this.reordering) ? this.#random.below(20 * this.delay) : 0;
			this.#queue.push({ ...packet, at: this.now + this.delay + late + i });
		}
	}

	#arrive(packet: Packet): void {
		let { to } = packet;
		const { address } = to;
		for (const nat of this.nats)
			if (nat.outside === address)
				for (const [port, outer] of nat.ports)
					if (outer === packet.to.port)
						to = { address: nat.inside, port };
		for (const node of this.nodes)
			if (node.address === to.address) {
				const bytes = packet.bytes.slice();
				this.#guard(() => (node.asking?.concerned(this.now, packet.from, to.port, bytes) ?? node.ike).process(this.now, packet.from, to.port, bytes));
			}
	}
}

/** Settings of a connection; what a test does not care about is filled in. */
export function connection(changes: Partial<ConnectionSettings> = {}): ConnectionSettings {
	return {
		name: "office", enabled: true, order: 1, localNetwork: "10.1.0.0/24", remoteNetwork: "10.2.0.0/24",
		ipProtocol: 0, localPort: 0, remotePort: 0, mode: "tunnel",
		phase2Proposals: [{ protocol: "esp", encryption: "aes-128-gcm-16" }],
		pfs: "off", extendedSequenceNumbers: false, sha256Truncation: 128, lifetime: { seconds: 3600, kilobytes: 0 }, start: "on traffic", ...changes
	};
}

/** Settings of a peer at `remoteGateway`, with this gateway at `own`. Group 31, since it is the fastest. */
export function peer(name: string, own: string, remoteGateway: string, changes: Partial<PeerSettings> = {}): PeerSettings {
	return {
		name, enabled: true, remoteGateway, actAs: "initiator and responder", phase1Mode: "main",
		authentication: "pre-shared key", preSharedKey: "secret", localId: { type: "address", value: own },
		phase1Proposals: [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 31 }],
		phase1Lifetime: 28800, natTraversal: "auto", deadPeerDetection: { interval: 0, timeout: 0 },
		connections: [connection()], ...changes
	};
}

export interface Two {
	readonly network: Network;
	readonly a: Node;
	readonly b: Node;
}

export interface TwoOptions extends NetworkOptions {
	/** Changes to what gateway a has of b, and b of a. */
	readonly a?: Partial<PeerSettings>;
	readonly b?: Partial<PeerSettings>;
	/** Changes to the connection as a and as b have it. */
	readonly connectionA?: Partial<ConnectionSettings>;
	readonly connectionB?: Partial<ConnectionSettings>;
	readonly sizesB?: TableSizes;
	/** Messages of more bytes are sent in fragments. */
	readonly wholeSize?: number;
}

/** Gateways a (10.0.0.1, 10.1.0.0/24) and b (10.0.0.2, 10.2.0.0/24) that fit each other, but for the changes. */
export function two(options: TwoOptions = {}): Two {
	const network = new Network(options);
	const a = network.add("a", "10.0.0.1", [peer("b", "10.0.0.1", "10.0.0.2", { connections: [connection(options.connectionA)], ...options.a })], undefined, options.wholeSize);
	const b = network.add("b", "10.0.0.2", [peer("a", "10.0.0.2", "10.0.0.1", {
		connections: [connection({ localNetwork: "10.2.0.0/24", remoteNetwork: "10.1.0.0/24", ...options.connectionB })], ...options.b
	})], options.sizesB, options.wholeSize);
	return { network, a, b };
}

/** Whether both ends have the same pairs, crosswise, with the same keys; the text says what is wrong. */
export function mismatch({ a, b }: { readonly a: Node; readonly b: Node }): string {
	if (a.up.length !== b.up.length)
		return `a has ${a.up.length} pairs, b has ${b.up.length}`;
	for (const pair of a.up) {
		const twin = b.pairs.get(pair.child.outboundSPI);
		if (twin === undefined || twin.child.outboundSPI !== pair.child.inboundSPI)
			return "a pair has no twin";
		if (twin.inboundKey !== pair.outboundKey || twin.outboundKey !== pair.inboundKey || pair.inboundKey === pair.outboundKey)
			return "keys differ";
		if (pair.inboundKey.split(",").every((byte) => byte === "0"))
			return "keys are zero";
	}
	return "";
}
