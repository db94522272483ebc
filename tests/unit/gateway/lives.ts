/**
 * A life of a gateway, told by a number: some minutes of the test's clock in which packets are lost, doubled and late, either side deletes, renews or starts anew, settings change and the NAT forgets. Then
 * it is calm, and the tunnel has to come up, to lose nothing, and to be the same at both ends.
 */
import { connection, Random, type NAT } from "../ike/network.js";
import type { ConnectionSettings, PeerSettings } from "../../../modules/settings/types.js";
import { Traffic } from "./traffic.js";
import { World } from "./world.js";

const second = 1000;
/** Seconds of calm in which the tunnel has to be up, and seconds in which nothing may be lost afterwards: all SAs are renewed in them. */
const RECOVERY = 300;
const CALM = 400;
/** Where the peer is seen behind its NAT. */
const outside = "10.0.0.102";

const lifetimes = [40, 60, 100, 200];

export class Life {
	/** What happened, each with its time. */
	readonly story: string[] = [];
	/** Seconds of calm until the last packet was lost. */
	recovered = 0;
	readonly #random: Random;
	readonly #world: World;
	readonly #traffic: Traffic;
	/** The gateway's peer, as it is when it is calm. */
	readonly #peer: PeerSettings;
	readonly #nat: NAT | undefined;
	/** The NAT's port by which the gateway heard of the peer last. */
	#port = 0;
	#loss = 0;
	#duplication = 0;
	#lateness = 0;
	#lostAt = 0;

	constructor(seed: number) {
		const random = this.#random = new Random(seed);
		// Of seeds that are alike the first numbers are, too.
		for (let i = 0; i < 3; i++)
			random.next();
		const isTranslated = random.chance(40);
		const pfs = this.#pick<ConnectionSettings["pfs"]>("off", 31);
		const common = () => ({
			phase1Lifetime: this.#pick(60, 120, 300, 3600),
			deadPeerDetection: this.#pick({ interval: 0, timeout: 0 }, { interval: 5, timeout: 20 }, { interval: 10, timeout: 30 })
		});
		const phase1Mode = this.#pick<PeerSettings["phase1Mode"]>("main", "aggressive");
		const start = this.#pick<ConnectionSettings["start"]>("on traffic", "always");
		const ours: Partial<PeerSettings> = {
			...common(), phase1Mode, connections: [connection({ pfs, lifetime: this.#lifetime(), start })],
			...(isTranslated ? { remoteGateway: this.#pick("0.0.0.0", outside), remoteId: { type: "address", value: "10.0.0.2" } } : {})
		};
		const theirs: Partial<PeerSettings> = {
			...common(), phase1Mode, connections: [connection({ localNetwork: "10.2.0.0/24", remoteNetwork: "10.1.0.0/24", pfs, lifetime: this.#lifetime() })]
		};
		const world = this.#world = new World(ours, theirs);
		this.#nat = isTranslated ? world.network.addNAT("10.0.0.2", outside) : undefined;
		this.#peer = world.settings.peers[0]!;
		this.#traffic = new Traffic(world);
		world.delay = this.#pick(5, 20, 100);
		world.weather = () => random.chance(this.#loss) ? [] : random.chance(this.#duplication) ? [this.#delay(), this.#delay()] : [this.#delay()];
		this.story.push(JSON.stringify(ours), JSON.stringify(theirs));
	}

	/** Returns what is wrong in the end; "": nothing. */
	run(): string {
		const { gateway, network } = this.#world;
		gateway.start(network.now);
		const events = this.#events();
		for (let steps = 30 + this.#random.below(40); steps > 0; steps--) {
			this.#pass(this.#pick(0, 1, 1, 3, 10, 40));
			if (this.#random.chance(30))
				this.#world.run(this.#random.below(700));
			const [what, happen] = events[this.#random.below(events.length)]!;
			this.#say(what);
			happen();
		}
		this.#calmDown();
		const calmAt = network.now;
		this.#lostAt = calmAt;
		this.#pass(RECOVERY);
		this.recovered = (this.#lostAt - calmAt) / second;
		if (network.now - this.#lostAt < 10 * second)
			return `the tunnel is not up after ${RECOVERY} s of calm`;
		const { lost } = this.#traffic;
		this.#pass(CALM);
		if (this.#traffic.lost > lost)
			return `${this.#traffic.lost - lost} packets lost while it was calm, the last at ${this.#lostAt}`;
		return this.#difference() || this.#remains();
	}

	/** What happens, and how it is called. */
	#events(): readonly (readonly [string, () => void])[] {
		const world = this.#world;
		const { network } = world;
		const settings = (changes: Partial<PeerSettings>) => () => { world.configure({ ...this.#peer, ...changes }); };
		const changed = (changes: () => Partial<ConnectionSettings>) => () => settings({ connections: [{ ...this.#peer.connections[0]!, ...changes() }] })();
		const asBefore = ["settings as before", settings({})] as const;
		const forgets = ["the NAT forgets", () => {
			if (this.#nat !== undefined) {
				this.#nat.ports.clear();
				this.#nat.base += 7;
			}
		}] as const;
		return [
			["loss", () => { this.#loss = this.#pick(5, 20, 50); }],
			["packets twice", () => { this.#duplication = this.#pick(5, 30); }],
			["packets late", () => { this.#lateness = this.#pick(5, 30); }],
			["fine weather", () => { this.#loss = this.#duplication = this.#lateness = 0; }],
			["the link is cut, or mended", () => { world.cut = !world.cut; }],
			["the peer starts anew", () => { world.replacePeer(); }],
			["the heap is full", () => { world.restart(); }],
			["the heap is full once more", () => { world.restart(); }],
			["an SA is deleted", () => this.#with(world.associations, ({ spi }) => { world.gateway.deleteSA(Number(spi)); })],
			["an IKE SA is deleted", () => this.#with([...world.gateway.snapshot().ikeSecurityAssociations()], ({ id }) => { world.gateway.deleteIKESA(id); })],
			["down", () => { world.gateway.down("branch", this.#pick("", "office")); }],
			["up", () => { world.gateway.up("branch", this.#pick("", "office")); }],
			["the peer deletes a pair", () => this.#with([...world.peer.pairs.keys()], (spi) => { world.peer.deletePair(spi); })],
			["the peer deletes an IKE SA", () => this.#with(world.peer.sas(), ({ id }) => {
				world.peer.ike.deleteIKESA(network.now, id);
				world.peer.ike.initiateAnew(network.now, "gate", "office");
			})],
			["the peer closes all", () => {
				for (const spi of [...world.peer.pairs.keys()])
					world.peer.deletePair(spi);
				world.peer.ike.down(network.now, "gate", "");
			}],
			["the peer renews", () => this.#with([...world.peer.pairs.keys()], (spi) => { world.peer.ike.renew(network.now, spi); })],
			["we renew", () => this.#with(world.associations.filter(({ direction }) => direction === "Outgoing"), ({ spi }) => { world.soft(spi); })],
			["both begin", () => {
				world.traffic();
				world.peer.ike.initiate(network.now, "gate", "office");
			}],
			["switched off", settings({ enabled: false })],
			["another secret", settings({ preSharedKey: "another" })],
			["another lifetime", changed(() => ({ lifetime: this.#lifetime() }))],
			["PFS on one side", changed(() => ({ pfs: this.#peer.connections[0]!.pfs === "off" ? 31 : "off" }))],
			["another network", changed(() => ({ localNetwork: "10.3.0.0/24" }))],
			asBefore, asBefore, forgets, forgets,
			["exponentiations stand still, or go on", () => { network.accelerating = !network.accelerating; }],
			["the accelerator refuses keys, or takes them", () => { world.refuseKeys = !world.refuseKeys; }],
			["our address goes, or comes", () => { world.gateway.attach(network.now, this.#random.chance(70)); }],
			["an unknown SPI", () => { world.stray(this.#random.next()); }],
		];
	}

	#calmDown(): void {
		const world = this.#world;
		this.#say("calm");
		this.#loss = this.#duplication = this.#lateness = 0;
		world.cut = world.refuseKeys = false;
		world.network.accelerating = true;
		world.gateway.attach(world.network.now, true);
		world.configure(this.#peer);
	}

	/** A packet each way in each of so many seconds; what the two packet engines make of those that are lost. */
	#pass(seconds: number): void {
		const world = this.#world;
		const { network, peer } = world;
		for (; seconds > 0; seconds--) {
			world.run(second);
			const lost = this.#traffic.exchange();
			this.#traffic.age();
			if (lost.length === 0) {
				this.#follow();
				continue;
			}
			this.#lostAt = network.now;
			for (const cause of lost)
				if (cause === "the gateway has no outgoing SA")
					world.traffic();
				else if (cause === "the peer has no outgoing SA")
					peer.ike.initiate(network.now, "gate", "office");
				else if (cause === "the gateway has no incoming SA")
					this.#with([...world.peer.pairs.values()].slice(-1), ({ child }) => { world.stray(child.outboundSPI, this.#nat === undefined ? "10.0.0.2" : outside); });
				else if (cause.endsWith(" at all"))
					world.peer.ike.suspect(network.now, world.peer.up[0]?.remote.address ?? 0, Number(/\d+/.exec(cause)![0]));
		}
	}

	/** An authentic packet that came by another port of the NAT moves the peer. */
	#follow(): void {
		const pair = this.#world.peer.up.pop();
		if (this.#nat === undefined || pair === undefined)
			return;
		const { ports, base } = this.#nat;
		const port = ports.get(4500) ?? base + 4500;
		ports.set(4500, port);
		if (port !== this.#port) {
			this.#port = port;
			this.#world.moved(String(pair.child.outboundSPI), outside, port);
		}
	}

	/** What one end has and the other lacks, once a renewal and a Delete that are under way are done. */
	#difference(): string {
		const world = this.#world;
		let text = "";
		for (let i = 0; i < 5; i++) {
			world.run(2 * second);
			const ours = world.associations.map(({ spi, direction }) => `${direction === "Incoming" ? "in" : "out"} ${Number(spi)}`).sort().join();
			const theirs = world.peer.up.flatMap(({ child }) => [`out ${child.inboundSPI}`, `in ${child.outboundSPI}`]).sort().join();
			if (ours === theirs)
				return world.associations.length > 4 ? `too many SAs: ${ours}` : "";
			text = `SAs differ: the gateway has ${ours}, the peer ${theirs}`;
		}
		return text;
	}

	/** What the peer keeps of a gateway that has ended. Of the three IKE SAs that it may have with one peer some may be left whose Deletes were lost before it was calm. */
	#remains(): string {
		const { gateway, network, peer } = this.#world;
		// Over an IKE SA the peer can be told.
		gateway.up("branch", "office");
		this.#world.run(2 * second);
		gateway.close(network.now);
		this.#world.run(5 * second);
		return peer.pairs.size > 0 || peer.sas().length > 2 ? `${peer.pairs.size} pairs and ${peer.sas().length} IKE SAs are left at the peer` : "";
	}

	#say(text: string): void {
		this.story.push(`${this.#world.network.now} ${text}`);
	}

	#pick<T>(...values: readonly T[]): T {
		return values[this.#random.below(values.length)]!;
	}

	#with<T>(values: readonly T[], use: (value: T) => void): void {
		if (values.length > 0)
			use(this.#pick(...values));
	}

	#lifetime(): ConnectionSettings["lifetime"] {
		return { seconds: this.#pick(...lifetimes), kilobytes: 0 };
	}

	#delay(): number {
		return this.#world.delay + (this.#random.chance(this.#lateness) ? this.#random.below(this.#pick(100, 1000, 5000)) : 0);
	}

	/** The last lines of both logs. */
	get logs(): string[] {
		return [...this.#world.lines.slice(-40).map((line) => `gateway  ${line}`), ...this.#world.peer.lines.slice(-40).map((line) => `peer     ${line}`)];
	}
}
