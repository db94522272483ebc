/**
 * Asks a peer what it accepts: on request, slowly, and beside everything else. An IKE engine of its own, with a host that installs nothing, makes one offer
 * after the other; what the peer says to them is kept in `Answers`.
 *
 * Phase 1 of main mode is asked by first messages: the answer to one tells which of its proposals the peer takes, and the exchange goes no further. The first
 * that is accepted goes on to its end where nothing can suffer from it, which tells whether key and identities are right. Quick modes are made under the IKE SA
 * that there is, or under one of the asking's own; what the peer accepts there it is told to delete at once. Connections that are up are not asked about, nor
 * networks that overlap theirs.
 */
import { formatAddress, type Endpoint } from "../../addresses.js";
import type { Crypto } from "../../crypto/types.js";
import { INFO, type Logger } from "../../log/types.js";
import type { PeerSettings } from "../../settings/types.js";
import type { WAN } from "../context.js";
import { IKE } from "../ike.js";
import { phase1Text, phase2Text } from "../names.js";
import { IKESA } from "../sa.js";
import type { ChildSA, IKEHost, Problem } from "../types.js";
import { openProtected } from "../v1/exchange/notify.js";
import type { QuickMode } from "../v1/exchange/quickmode.js";
import { messageOf, openClear, type Message } from "../v1/message.js";
import { acceptPhase1 } from "../v1/phase1offers.js";
import { read32, sameBytes } from "../v1/wire/bytes.js";
import { findPayload } from "../v1/wire/chain.js";
import { ExchangeType, Flag, HEADER_SIZE, NON_ESP_MARKER_SIZE, NotifyType, PayloadType } from "../v1/wire/constants.js";
import { isFault } from "../v1/wire/fault.js";
import { parseHeader, type Header } from "../v1/wire/header.js";
import { notificationName } from "../v1/wire/names.js";
import { parseSA } from "../v1/wire/sa.js";
import { ACCEPTED, Answers, CONNECTIONS, FITS, refusedBy, SILENT, type Mode } from "./answers.js";
import { pfsGroups, phase1Candidates, phase1Index, phase2Candidates, phase2Index } from "./candidates.js";
import { inTheWay, KEY_RIGHT, KEY_UNKNOWN, KEY_UNTRIED, KEY_WRONG, wayOf, type Found } from "./found.js";
import { errorOf, quickOf, rangeText } from "./heard.js";
import { addPair, networksToTry } from "./networks.js";
import { acceptedOf, draftOf, questionText } from "./offer.js";
import { isGroupQuestion, likelyQuestion, phase1Question, phase2Question, type Phase2Question } from "./questions.js";

/** Offers that one asking makes at most. */
export const MOST = 64;
/** Milliseconds between two offers, and the random part that is added. */
const PACE = 1000;
const JITTER = 250;
/** Milliseconds until an offer counts as not answered: of phase 1, after one repetition; of a whole phase 1; of quick mode, whose answer must not be missed. */
const PATIENCE = 2900;
const WHOLE = 12000;
const QUICK = 12000;
/** Milliseconds for which nothing is begun after an exchange that was left half open at the peer: some take five from one address, and forget them after 30 s. */
const HALF_OPEN_PAUSE = 8000;
/** Offers in a row without an answer after which it ends: when the peer has said nothing so far, and else. */
const DEAF = 4;
const TIRED = 8;
/** In phase 2. */
const SULKING = 2;

export interface AskingOptions {
	readonly now: number;
	/** The gateway's own engine. */
	readonly ike: IKE;
	readonly crypto: Crypto;
	readonly log: Logger;
	readonly gateway: WAN;
	/** This unit's network on the LAN. */
	readonly lan: string;
	readonly settings: PeerSettings;
	/** Aggressive mode too, which shows our identity. */
	readonly aggressive: boolean;
	/** Pairs of networks, ours and the peer's, that the peer has asked for itself. */
	readonly wanted: readonly (readonly [string, string])[];
	/** Whether a connection is up. */
	readonly isUp: (connection: string) => boolean;
	readonly wallClock: () => number;
	readonly lookUp: (name: string, answer: (address: number) => void) => boolean;
	/** Something of the accelerator's is finished. */
	readonly onReady: () => void;
}

/** What is to be done, in this order. */
const DELETE = 1;
const GIVE_UP = 2;
const CLOSE = 4;
const BORROW = 8;
const BEGIN = 16;
const ALONE = 32;

/** What goes on: nothing. */
const PAUSE = 0;
/** A first message of phase 1 is out. */
const FIRST = 1;
/** A phase 1 that goes on to its end. */
const PROVING = 2;
/** A quick mode. */
const QUICK_MODE = 3;

export class Asking implements Found {
	readonly settings: PeerSettings;
	readonly answers = new Answers();
	/** Offers made so far. */
	asked = 0;
	/** "", or why there is no more to come, in a sentence. */
	end = "";
	keyState = KEY_UNKNOWN;
	/** What was said when key or identities were not right. */
	keyText = "";
	/** Whether the other method of authentication was accepted where this one was not; 0: not asked. */
	otherMethod = 0;
	/** Places of the connections asked about in the peer's settings, and pairs of networks tried for each: ours, the peer's, ours ... */
	readonly connections: number[] = [];
	readonly networks: string[][] = [];
	readonly modes: readonly Mode[];

	readonly #options: AskingOptions;
	/** Its own copy, changed for each offer. */
	readonly #peer: PeerSettings;
	readonly #host: IKEHost;
	#ike: IKE | undefined;
	#stage = PAUSE;
	#set: readonly number[] = [];
	#question: Phase2Question | undefined;
	/** Places in `modes` and in `connections`. */
	#mode = 0;
	#connection = 0;
	#isOther = false;
	#nextAt: number;
	#deadline = Infinity;
	#silences = 0;
	#isHeard = false;
	/** DELETE and so on, and the inbound SPI of the pair to delete. */
	#wishes = 0;
	#unused = 0;
	/** A message has come since the last look. */
	#isStirred = false;
	#accepted: ChildSA | undefined;
	#notify = 0;

	constructor(options: AskingOptions) {
		const { settings, gateway, ike } = options;
		this.#options = options;
		this.settings = settings;
		this.modes = settings.phase1Mode === "aggressive" ? ["aggressive", "main"] : options.aggressive ? ["main", "aggressive"] : ["main"];
		this.#nextAt = options.now;
		this.#peer = { ...settings, enabled: true, actAs: "initiator", deadPeerDetection: { interval: 0, timeout: 0 }, connections: [] };
		const address = ike.addressOf(settings);
		if (address !== 0)
			this.#peer.remoteGateway = formatAddress(address);
		settings.connections.forEach((connection, index) => {
			if (connection.enabled && this.inTheWay(connection.localNetwork, connection.remoteNetwork) === "" && this.connections.length < CONNECTIONS) {
				this.connections.push(index);
				this.networks.push([connection.localNetwork, connection.remoteNetwork]);
			}
		});
		this.#peer.connections.push(draftOf(settings.connections[this.connections[0] ?? 0]));
		this.#host = this.makeHost();
		this.#ike = new IKE({
			host: this.#host, peers: [this.#peer], gateway, quiet: true, sizes: { size: 2, halfOpen: 0, halfOpenForAddress: 0 }, onReady: options.onReady
		});
		const established = ike.established(settings.name);
		if (established !== undefined) {
			this.keyState = KEY_RIGHT;
			const index = phase1Candidates.findIndex((each) => phase1Text(each) === established.algorithm);
			if (index >= 0)
				this.answers.setPhase1(established.mode, index, ACCEPTED);
		}
		else if (settings.connections.some((connection) => options.isUp(connection.name)))
			this.keyState = KEY_UNTRIED;
		options.log.write(options.now, INFO, settings.name, `asking ${this.#peer.remoteGateway} what it accepts: at most ${MOST} offers, one a second`);
	}

	get isOver(): boolean {
		return this.end !== "";
	}

	/** The connection with this peer that is up and carries packets between these networks, or some of them; "": none. The peer would send those elsewhere. */
	inTheWay(local: string, remote: string): string {
		return inTheWay(this.settings, this.#options.isUp, local, remote);
	}

	/** It is over and has nothing more to send: what is known, without what it took to ask. Undefined before. */
	get found(): Found | undefined {
		if (this.#ike !== undefined)
			return undefined;
		const { settings, answers, asked, end, keyState, keyText, otherMethod, connections, networks, modes } = this;
		const { isUp } = this.#options;
		return { settings, answers, asked, end, keyState, keyText, otherMethod, connections, networks, modes, inTheWay: wayOf(settings, isUp) };
	}

	/** The engine that a datagram is for when it answers an offer of ours; undefined: it is the gateway's own. Takes what it says. */
	concerned(now: number, from: Endpoint, localPort: number, bytes: Uint8Array): IKE | undefined {
		const ike = this.#ike;
		if (ike === undefined || this.isOver)
			return undefined;
		const whole = localPort === this.#options.gateway.natTraversalPort ? bytes.subarray(NON_ESP_MARKER_SIZE) : bytes;
		if (whole.length < HEADER_SIZE || whole.length < bytes.length && read32(bytes, 0) !== 0)
			return undefined;
		const header = parseHeader(whole);
		const sa = isFault(header) ? undefined : this.find(header);
		if (isFault(header) || sa === undefined)
			return undefined;
		this.#isStirred = true;
		const message = messageOf(this.#options.crypto, header, whole.subarray(0, header.length), from, localPort);
		if (sa.isEstablished)
			return this.underProtection(sa, message) || !sa.isCopy ? ike : undefined;
		if (!(header.flags & Flag.ENCRYPTION))
			this.inClear(now, sa, message);
		return ike;
	}

	/** Makes the next offer when it is time, looks what has become of the last one, and sends what is to be sent. */
	dispatch(now: number, emit: (bytes: Uint8Array, to: Endpoint, localPort: number) => void): void {
		const ike = this.#ike;
		if (ike === undefined)
			return;
		this.#isStirred = false;
		ike.dispatch(now, emit);
		this.look(now);
		this.fulfil(now, ike);
		if (!this.isOver && this.#stage === PAUSE && now >= this.#nextAt) {
			this.next(now);
			this.fulfil(now, ike);
		}
		ike.dispatch(now, emit);
		if (this.isOver)
			this.#ike = undefined;
	}

	/** Does what was decided on. Not where it is decided: a device's stack is short. */
	private fulfil(now: number, ike: IKE): void {
		const { name, connections } = this.#peer;
		const wishes = this.#wishes;
		this.#wishes = 0;
		if (wishes & DELETE)
			// The peer has it, and is told at once that it is not used.
			ike.deleteChild(now, this.#unused, 0);
		if (wishes & GIVE_UP)
			ike.down(now, name, connections[0]!.name);
		if (wishes & CLOSE)
			ike.down(now, name, "");
		if (wishes & BORROW)
			ike.borrow(this.#options.ike.established(this.settings.name)!, this.#peer);
		if (wishes & BEGIN)
			ike.initiate(now, name, connections[0]!.name);
		if (wishes & ALONE)
			// Phase 1 and no more: nothing waits for its end.
			ike.down(now, name, connections[0]!.name);
	}

	/** When `dispatch` has something to do. */
	pollAt(): number | undefined {
		const ike = this.#ike;
		if (ike === undefined)
			return undefined;
		return Math.min(this.isOver || this.#isStirred ? 0 : this.#stage === PAUSE ? this.#nextAt : this.#deadline, ike.pollAt() ?? Infinity);
	}

	/** Ends it; what was found stays. */
	stop(now: number, why: string): void {
		if (this.isOver)
			return;
		this.end = why;
		this.abandon();
		this.#wishes |= CLOSE;
		this.#options.log.write(now, INFO, this.settings.name, `asking has ended after ${this.asked} offers: ${why}`);
	}

	// What comes

	private find(header: Header): IKESA | undefined {
		for (const each of this.#ike!.ikeSecurityAssociations()) {
			const sa = each as IKESA;
			if (sameBytes(sa.initiatorCookie, header.initiatorCookie) && (sameBytes(sa.responderCookie, header.responderCookie) || !sa.isEstablished && sa.role === "initiator"))
				return sa;
		}
		return undefined;
	}

	/** An answer, or a refusal, that nobody has proved: there is no other in phase 1. */
	private inClear(now: number, sa: IKESA, message: Message): void {
		const opened = openClear(message);
		if (isFault(opened))
			return;
		const type = errorOf(opened)?.type ?? 0;
		if (this.#stage === PROVING) {
			if (type !== 0) {
				this.#notify = type;
				this.#deadline = Math.min(this.#deadline, now + PACE);
			}
			return;
		}
		if (this.#stage !== FIRST || sa.state !== 3)
			return;
		const { exchangeType } = message.header;
		const body = findPayload(opened.payloads, PayloadType.SA)?.body;
		const proposals = body === undefined ? undefined : parseSA(body);
		if (exchangeType === ExchangeType.INFORMATIONAL && type !== 0) {
			this.phase1Answered(now, refusedBy(type), `refused by ${notificationName(type)}`);
			this.drop(now);
		}
		else if (exchangeType !== ExchangeType.INFORMATIONAL && proposals !== undefined && !isFault(proposals)) {
			const choice = acceptPhase1(this.#peer, proposals);
			const index = choice === undefined ? -1 : this.#set.find((each) => phase1Candidates[each] === choice.proposal) ?? -1;
			if (index >= 0)
				this.accept(now, sa, index);
		}
	}

	/** A message under an IKE SA with keys; false: it is none of ours. */
	private underProtection(sa: IKESA, message: Message): boolean {
		const { exchangeType, messageID } = message.header;
		const own = quickOf(sa);
		if (exchangeType === ExchangeType.QUICK)
			return own?.messageID === messageID;
		if (exchangeType !== ExchangeType.INFORMATIONAL || !(message.header.flags & Flag.ENCRYPTION))
			return false;
		const opened = own === undefined ? undefined : openProtected({ host: this.#host }, sa, message);
		const error = opened === undefined ? undefined : errorOf(opened);
		if (error === undefined)
			return false;
		const lent = sa.isCopy ? this.#options.ike.established(this.settings.name) : undefined;
		if (lent !== undefined && quickOf(lent) !== undefined && !(error.spi.length === 4 && read32(error.spi, 0) === own!.inboundSPI))
			// The gateway negotiates under it as well, and this may be for it.
			return false;
		this.#notify = error.type;
		return true;
	}

	// Phase 1

	/** One of those that were offered is accepted. */
	private accept(now: number, sa: IKESA, index: number): void {
		this.#isHeard = true;
		this.#silences = 0;
		const text = `accepted ${phase1Text(phase1Candidates[index]!)}`;
		if (this.#isOther) {
			this.otherMethod = ACCEPTED;
			this.note(now, `${sa.mode} mode by ${this.#peer.authentication}: ${text}`);
		}
		else {
			this.answers.setPhase1(sa.mode, index, ACCEPTED);
			this.note(now, `${sa.mode} mode: ${text}`);
		}
		// An exchange that goes on to its end leaves nothing behind, and tells whether the key is right. Beside a key tunnel that there is it might take that one's
		// place at the peer.
		if (!this.#isOther && this.#options.ike.established(this.settings.name) === undefined && (this.keyState === KEY_UNKNOWN || this.keyState === KEY_RIGHT)) {
			this.#stage = PROVING;
			this.#notify = 0;
			this.#deadline = now + WHOLE;
			return;
		}
		this.#nextAt = Math.max(this.#nextAt, now + HALF_OPEN_PAUSE);
		this.drop(now);
	}

	/** None of those that were offered is accepted. */
	private phase1Answered(now: number, answer: number, text: string): void {
		const mode = this.#peer.phase1Mode;
		if (answer === SILENT)
			this.#silences++;
		else {
			this.#isHeard = true;
			this.#silences = 0;
		}
		if (this.#isOther)
			this.otherMethod = answer;
		else
			for (const index of this.#set)
				this.answers.setPhase1(mode, index, answer);
		this.note(now, `${mode} mode, ${this.#set.length} proposals${this.#isOther ? ` by ${this.#peer.authentication}` : ""}: ${text}`);
	}

	/** Offers some of phase 1; false: there is nothing more to ask. */
	private offerPhase1(now: number): boolean {
		for (; this.#mode < this.modes.length; this.#mode++) {
			const mode = this.modes[this.#mode]!;
			let set = phase1Question(this.answers, mode, this.settings.phase1Proposals.map(phase1Index));
			this.#isOther = false;
			if (set.length === 0 && mode === "main" && this.otherMethod === 0 && this.#isHeard && this.answers.count(mode, ACCEPTED) === 0) {
				this.#isOther = true;
				set = likelyQuestion(this.settings.phase1Proposals.map(phase1Index));
			}
			if (set.length === 0)
				continue;
			this.#set = set;
			this.#peer.phase1Mode = mode;
			const { authentication } = this.settings;
			this.#peer.authentication = !this.#isOther ? authentication : authentication === "certificate" ? "pre-shared key" : "certificate";
			this.#peer.phase1Proposals = set.map((index) => phase1Candidates[index]!);
			this.begin(now, FIRST, PATIENCE);
			this.#wishes |= ALONE;
			return true;
		}
		return false;
	}

	/** A phase 1 that goes on has come to its end, or its time is over. */
	private proved(now: number, sa: IKESA | undefined): void {
		if (sa?.isEstablished) {
			this.keyState = KEY_RIGHT;
			this.#stage = PAUSE;
			if (this.#connection >= this.connections.length)
				this.#wishes |= CLOSE;
			else
				this.note(now, "phase 1 comes up");
		}
		else if (sa === undefined || now >= this.#deadline) {
			if (this.keyState === KEY_UNKNOWN) {
				this.keyState = KEY_WRONG;
				if (this.#notify !== 0)
					this.keyText = `${this.keyText === "" ? "" : `${this.keyText}; `}the peer answers ${notificationName(this.#notify)}`;
				else if (this.keyText === "")
					this.keyText = "the peer does not go on after our proof: most often key or identities differ";
				this.note(now, `phase 1 does not come up: ${this.keyText}`);
			}
			this.#nextAt = Math.max(this.#nextAt, now + HALF_OPEN_PAUSE);
			this.drop(now);
		}
	}

	// Phase 2

	/** Whether there is an IKE SA for quick modes, the gateway's, or one of our own that was made in phase 1; and whether AH can be carried. */
	private keyTunnel(): IKESA | undefined {
		const own = this.newest();
		const lent = this.#options.ike.established(this.settings.name);
		if (own?.isEstablished && (!own.isCopy || lent?.id === own.id))
			return own;
		if (own?.isCopy)
			// The gateway has another one now, or none.
			this.#wishes |= CLOSE;
		if (lent !== undefined)
			this.#wishes |= BORROW;
		return lent;
	}

	/** Offers something of phase 2; false: there is nothing more to ask, or nothing to ask it under. */
	private offerPhase2(now: number): boolean {
		if (this.#connection >= this.connections.length)
			return false;
		const sa = this.keyTunnel();
		if (sa === undefined)
			return false;
		for (; this.#connection < this.connections.length; this.#connection++) {
			const place = this.#connection;
			const connection = this.settings.connections[this.connections[place]!]!;
			// It may have come up meanwhile: then it is left alone.
			const question = this.inTheWay(connection.localNetwork, connection.remoteNetwork) !== "" ? undefined
				: phase2Question(this.answers, place, connection.phase2Proposals.map(phase2Index), pfsGroups.indexOf(connection.pfs), this.networks[place]!.length / 2, !sa.encapsulation);
			if (question === undefined)
				continue;
			const networks = this.networks[place]!;
			const draft = draftOf(connection);
			draft.phase2Proposals = question.set.map((index) => phase2Candidates[index]!);
			draft.pfs = pfsGroups[question.group]!;
			draft.localNetwork = networks[2 * question.network]!;
			draft.remoteNetwork = networks[2 * question.network + 1]!;
			this.#question = question;
			this.#accepted = undefined;
			this.#notify = 0;
			this.#peer.connections[0] = draft;
			this.#ike!.reread();
			this.begin(now, QUICK_MODE, QUICK);
			return true;
		}
		// All was asked: the IKE SA has done its work.
		this.#wishes = this.#wishes & ~BORROW | CLOSE;
		return false;
	}

	private phase2Accepted(now: number, child: ChildSA): void {
		const { answers } = this;
		const question = this.#question!;
		const place = this.#connection;
		const index = acceptedOf(question, child);
		this.heard();
		answers.setAlgorithm(place, index, ACCEPTED);
		answers.setGroup(place, question.group, ACCEPTED);
		answers.setNetwork(place, question.network, ACCEPTED);
		if (answers.chosenAlgorithm(place) < 0)
			answers.choose(place, index, question.group);
		this.note(now, `${questionText(this.#peer.connections[0]!, question)}: accepted ${phase2Text(phase2Candidates[index]!)}`);
		this.#unused = child.inboundSPI;
		this.#wishes |= DELETE;
	}

	private phase2Refused(now: number, answer: number, text: string): void {
		const { answers } = this;
		const question = this.#question!;
		const place = this.#connection;
		if (answer === SILENT)
			this.#silences++;
		else
			this.heard();
		answers.setRefusal(place, answer);
		if (this.#notify === NotifyType.INVALID_ID_INFORMATION && answers.chosenAlgorithm(place) < 0) {
			answers.setNetwork(place, question.network, answer);
			this.moreNetworks(place);
		}
		else {
			if (answer !== SILENT && answers.network(place, question.network) !== ACCEPTED)
				answers.setNetwork(place, question.network, FITS);
			if (isGroupQuestion(question))
				answers.setGroup(place, question.group, answer);
			else if (answers.chosenAlgorithm(place) < 0)
				answers.setTried(place, question.group, question.pass);
			else
				for (const index of question.set)
					answers.setAlgorithm(place, index, answer);
		}
		this.note(now, `${questionText(this.#peer.connections[0]!, question)}: ${text}`);
	}

	/** The peer accepts the offer for other networks than were asked for, and says which. */
	private narrowed(quick: QuickMode): void {
		const place = this.#connection;
		const local = rangeText(quick.initiatorID);
		const remote = rangeText(quick.responderID);
		if (local !== "" && remote !== "")
			// Next: nothing was asked of those behind.
			this.addNetworks(place, local, remote, this.#question!.network + 1);
		this.moreNetworks(place);
	}

	private moreNetworks(place: number): void {
		const { lan, gateway, wanted, settings } = this.#options;
		if (this.networks[place]!.length > 2 && this.#question!.network === 0)
			return;
		for (const [local, remote] of wanted)
			this.addNetworks(place, local, remote);
		for (const [local, remote] of networksToTry(settings.connections[this.connections[place]!]!, lan, formatAddress(gateway.wanAddress), this.#peer.remoteGateway))
			this.addNetworks(place, local, remote);
	}

	/** Adds a pair to those of a connection, unless a connection that is up is in its way. */
	private addNetworks(place: number, local: string, remote: string, index?: number): void {
		if (this.inTheWay(local, remote) === "")
			addPair(this.networks[place]!, local, remote, index);
	}

	private heard(): void {
		this.#isHeard = true;
		this.#silences = 0;
	}

	// One offer after the other

	private begin(now: number, stage: number, patience: number): void {
		this.#stage = stage;
		this.asked++;
		this.#deadline = now + patience;
		this.#nextAt = now + PACE + Math.floor(JITTER * this.#options.crypto.random(1)[0]! / 255);
		this.#wishes |= BEGIN;
	}

	private next(now: number): void {
		if (this.#options.ike.addressOf(this.settings) === 0 && this.settings.remoteGateway === "0.0.0.0") {
			this.stop(now, "its address is not known");
			return;
		}
		if (this.asked >= MOST)
			this.stop(now, `${MOST} offers were made, which is the most`);
		else if (this.#silences >= (this.#isHeard ? TIRED : DEAF))
			this.stop(now, this.#isHeard ? "it does not answer any more" : "it does not answer");
		else if (!this.offerPhase2(now) && !this.offerPhase1(now))
			this.stop(now, "all was asked");
	}

	/** What has become of the last offer. */
	private look(now: number): void {
		const sa = this.newest();
		switch (this.#stage) {
			case FIRST:
				if (now >= this.#deadline) {
					this.phase1Answered(now, SILENT, "no answer");
					this.drop(now);
				}
				break;
			case PROVING:
				this.proved(now, sa);
				break;
			case QUICK_MODE: {
				const question = this.#question!;
				if (this.#accepted !== undefined) {
					this.#stage = PAUSE;
					this.phase2Accepted(now, this.#accepted);
					this.#accepted = undefined;
				}
				else if (sa === undefined) {
					// The peer has closed it: as initiator of aggressive mode one hears so late that the key is wrong.
					this.#stage = PAUSE;
					this.#connection = this.connections.length;
					this.note(now, `${questionText(this.#peer.connections[0]!, question)}: the key tunnel was closed`);
				}
				else if (!this.isQuickUnderWay()) {
					this.#stage = PAUSE;
					this.phase2Refused(now, refusedBy(this.#notify), this.#notify === 0 ? "refused" : `refused by ${notificationName(this.#notify)}`);
				}
				else if (now >= this.#deadline) {
					this.phase2Refused(now, SILENT, "no answer");
					this.abandon();
					if (this.#silences >= SULKING)
						this.#connection = this.connections.length;
				}
			}
		}
	}

	private isQuickUnderWay(): boolean {
		for (const each of this.#ike!.ikeSecurityAssociations())
			if (quickOf(each as IKESA) !== undefined)
				return true;
		return false;
	}

	private newest(): IKESA | undefined {
		let newest: IKESA | undefined;
		for (const each of this.#ike!.ikeSecurityAssociations())
			newest = each as IKESA;
		return newest;
	}

	/** The exchange of phase 1 is given up. The peer is not told: it would not believe it. */
	private drop(now: number): void {
		this.#stage = PAUSE;
		this.#ike!.down(now, this.#peer.name, "");
	}

	/** The quick mode that is under way is given up. */
	private abandon(): void {
		if (this.#stage === QUICK_MODE)
			this.#wishes |= GIVE_UP;
		this.#stage = PAUSE;
	}

	private note(now: number, text: string): void {
		this.#options.log.write(now, INFO, this.settings.name, `asked ${this.asked}: ${text}`);
	}

	/** Nothing is installed, nothing is told: what comes of an offer is looked at here. */
	private makeHost(): IKEHost {
		const { crypto, wallClock, lookUp } = this.#options;
		return {
			crypto, wallClock,
			log: { write() {}, limited() {} },
			lookUp: (peer, name) => lookUp(name, (address) => this.#ike?.lookedUp(this.#nextAt, peer, name, address)),
			reserve: () => (read32(crypto.random(4), 0) | 0x10000) >>> 0,
			release() {},
			installInbound() {},
			installOutbound: (_now, child) => {
				this.#accepted = child;
			},
			remove() {},
			heard: () => 0,
			problem: (problem: Problem) => this.problem(problem),
			solved() {},
			seen() {},
			ended() {},
			attempted() {},
			moved() {}
		};
	}

	private problem({ phase, cause, text }: Problem): void {
		if (phase === 1 && this.#stage === PROVING)
			this.keyText = `${cause}: ${text}`;
		else if (phase === 2 && this.#stage === QUICK_MODE && cause === "network-mismatch") {
			const sa = this.newest();
			const quick = sa === undefined ? undefined : quickOf(sa);
			if (quick?.initiatorID !== undefined) {
				this.#notify = NotifyType.INVALID_ID_INFORMATION;
				this.narrowed(quick);
			}
		}
	}
}
