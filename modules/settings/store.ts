/** The settings in use, and the one way to change them: validated as a whole, written as a document, then followed by whoever lives by them. */
import type { Crypto } from "../crypto/types.js";
import { SETTINGS_SIZE } from "../limits.js";
import { utf8 } from "./bytes.js";
import type { CertificateKind, ChangeResult, Configuration } from "./configuration.js";
import { Copies, STATE_SIZE, TAG_SIZE } from "./copies.js";
import { documentLines } from "./document.js";
import { Documents } from "./documents.js";
import { compareTexts, draftOf, elementsOf, fillTexts, followSources, type TextChanges } from "./draft.js";
import { verifyPassword, withHashedPassword } from "./password.js";
import { NO_ADDRESS } from "./network.js";
import { keepEqualParts } from "./sharing.js";
import { FACTORY_SETTINGS } from "./setup.js";
import { SETTINGS_SLOTS, type Storage } from "./storage.js";
import type { Fault, Settings } from "./types.js";
import { parse, validate, type Validation } from "./validate.js";

/** What has changed. */
export interface Change {
	readonly before: Settings;
	readonly settings: Settings;
	/** Certificates, keys or revocation lists are others: `settings.certificates` has all texts, to be taken over. */
	readonly certificates: boolean;
	/** Names of this gateway's own certificates that are new or others than before. */
	readonly renewed: readonly string[];
}

/** Who lives by the settings. */
export interface Follower {
	/** What speaks against settings that are valid in themselves: an address that this machine does not have. Nothing is changed yet. */
	examine(settings: Settings): Fault | undefined;
	/** Whether the heap, which does not grow, has room for so many slots more. */
	hasRoom?(slots: number): boolean;
	/** Whether this unit lives by `settings`, which are in use: it may be that a fresh control plane is yet to try them. */
	livesBy?(settings: Settings): boolean;
	/** The settings have changed; returns what was done, in a sentence. */
	follow(change: Change): string;
}

/** What is said where nothing is kept at all. */
const NO_STORAGE = "no state folder was given (--state)";

/** Of memory that uploads and the settings have in common. */
export interface Sharing {
	/** It is lent from now on: what the settings have there and elsewhere is gone. */
	lend(): void;
	/** How many bytes at its beginning are the settings' all the same: those in use, while they are nowhere else. */
	kept(): number;
}

export interface StoreOptions {
	/** From `settingsTable()` (table.ts). */
	readonly table: ArrayBuffer;
	readonly crypto: Crypto;
	/** Seconds since 1970, 0: not known. */
	readonly wallClock: () => number;
	/** Absent: nothing is kept. */
	readonly storage?: Storage | undefined;
	/** The firmware's fields are used and kept. */
	readonly firmware?: boolean;
}

/** A document that was kept. */
export interface Kept {
	readonly document: Uint8Array;
	/** Digest of the document from outside that it was made from; see `digest`. */
	readonly origin: Uint8Array;
}

// Places of the notes.
const ORIGIN = 2 * STATE_SIZE;
const UNKEPT = ORIGIN + TAG_SIZE;
/** FACTORY_...: the settings are those of the factory, and why; 0: somebody has set this unit up. */
const FACTORY = UNKEPT + 1;
/** The same of the settings before the last change. */
const FACTORY_BEFORE = FACTORY + 1;
const FACTORY_NEW = 1;
const FACTORY_DAMAGED = 2;
const FACTORY_REFUSED = 3;
/** BEFORE_...: where the settings before the last change are, where memory has no room for them. */
const BEFORE = FACTORY_BEFORE + 1;
const BEFORE_NEWEST = 1;
const BEFORE_OLDER = 2;
const BEFORE_FACTORY = 3;

const REFUSED = "Nothing was changed.";
const CROWDED = "Memory is full of what is under way: negotiations, pages. Try again in a few seconds.";
const BUSY = "A file is being sent to this unit or fetched from it: try again in a few seconds.";

export class Store implements Configuration {
	readonly #documents: Documents;
	readonly #crypto: Crypto;
	readonly #wallClock: () => number;
	readonly #copies: Copies | undefined;
	/** What the next control plane is to know: the copies' state, the log's copies' state, the digest of the document from outside that the settings were made from, and whether they are not kept. */
	readonly #notes: Uint8Array;
	/** What this version has against the settings that were kept. */
	#refusal = "";
	/** All that was kept is erased. */
	#cleared = false;
	readonly firmware: boolean;
	/** Whether the memory of `spare` is somebody else's now. */
	#isLent = () => false;
	#fault: string;
	#settings: Settings | undefined;
	#follower: Follower | undefined;

	constructor({ table, crypto, wallClock, storage, firmware = false }: StoreOptions) {
		this.firmware = firmware;
		this.#documents = new Documents(table, (offset, target) => this.isFactory ? 0 : this.#copies?.read(offset, target) ?? 0);
		this.#crypto = crypto;
		this.#wallClock = wallClock;
		this.#notes = this.#documents.notes;
		this.#copies = storage === undefined ? undefined : new Copies({ storage, crypto, slot: SETTINGS_SLOTS, state: this.#notes.subarray(0, STATE_SIZE) });
		this.#fault = storage === undefined ? NO_STORAGE : "";
	}

	/** The newest settings that were kept; they are in the memory of `spare`. Undefined: there are none. */
	kept(): Kept | undefined {
		const origin = new Uint8Array(TAG_SIZE);
		const buffer = this.#documents.spare;
		const size = this.#copies?.load(buffer, origin) ?? 0;
		return size === 0 ? undefined : { document: buffer.subarray(0, size), origin };
	}

	/** STATE_SIZE bytes for copies of something else; the next control plane finds them. */
	get state(): Uint8Array {
		return this.#notes.subarray(STATE_SIZE, 2 * STATE_SIZE);
	}

	/** What tells a document from outside from another one. */
	digest(document: Uint8Array): Uint8Array {
		return this.#crypto.hash("sha256", document);
	}

	/** The place where settings are kept was found to be full, or read-only, before anything was to be kept. */
	set storageFault(fault: string) {
		this.#fault = fault;
	}

	/** Settings are in use that are not kept. */
	get isUnkept(): boolean {
		return this.#notes[UNKEPT] !== 0;
	}

	/** Whether two digests are of the same document. */
	isSameOrigin(a: Uint8Array, b: Uint8Array): boolean {
		return this.#crypto.equal(a, b);
	}

	/** Tries again to keep what could not be kept, if there is anything; with `anyway` what is in use now, whatever was. */
	keep(anyway = false): void {
		if (anyway && this.#documents.isHeld)
			this.#notes[UNKEPT] = 1;
		if (!this.isUnkept || this.#copies === undefined || this.#cleared || !this.#documents.isHeld)
			return;
		this.#fault = this.#copies.save(this.#documents.current, this.#notes.subarray(ORIGIN, ORIGIN + TAG_SIZE));
		if (this.#fault !== "")
			return;
		this.#notes[UNKEPT] = 0;
		if (this.#notes[BEFORE] !== BEFORE_FACTORY)
			this.#notes[BEFORE] = this.#notes[BEFORE] === BEFORE_NEWEST ? BEFORE_OLDER : 0;
		this.#documents.settle();
	}

	/** Memory for a document that comes from outside, until the next change, with SETTINGS_SIZE bytes when all is kept: `replace` and `open` take part of it. Not while it is lent. */
	get spare(): Uint8Array {
		this.makeRoom();
		return this.#documents.spare;
	}

	/** The memory of `spare` is that of uploads: nothing can be changed while there is one. */
	get isLent(): boolean {
		return this.#isLent();
	}

	/** For whoever lends the memory of uploads; undefined: it is not that of `spare`. `isLent` says whether somebody has it. */
	share(isLent: () => boolean): Sharing | undefined {
		if (!this.#documents.isSingle)
			return undefined;
		this.#isLent = isLent;
		return {
			lend: () => {
				if (!this.isUnkept && !this.#cleared)
					this.#documents.settle();
				this.#documents.forget();
			},
			kept: () => this.#documents.current.length,
		};
	}

	/** The document in use is where it is kept, too: it need not be in memory where another one is to be. */
	private makeRoom(): void {
		if (this.#documents.isSingle && this.#documents.isHeld && !this.isUnkept && !this.#cleared && this.#documents.isKept((a, b) => this.#crypto.equal(a, b)))
			this.#documents.settle();
	}

	/**
	 * Takes a document as the first one: from outside, or as it was kept, with its `origin`. Its certificates have their texts, for the gateway that starts with
	 * them. Without `settings` in the result nothing has happened.
	 */
	open(document: Uint8Array, origin: Uint8Array = this.digest(document)): Validation {
		const validation = parse(document, this.#wallClock(), this.firmware);
		if (validation.settings === undefined)
			return validation;
		const settings = this.hashed(validation.settings);
		const fault = this.write(settings, false);
		if (fault !== undefined)
			return { faults: [fault], warnings: [] };
		this.#documents.exchange();
		this.#settings = settings;
		this.#notes.set(origin, ORIGIN);
		this.#notes[UNKEPT] = 0;
		this.#notes[BEFORE] = 0;
		this.forgetLease();
		return { ...validation, settings: this.settings };
	}

	/**
	 * Takes the settings that were kept, or those of the factory where there are none, or none that this version can live by. For units that have no other
	 * place for settings.
	 */
	openKept(): void {
		const kept = this.kept();
		const { settings, faults } = kept === undefined ? { settings: undefined, faults: [] } : this.open(kept.document, kept.origin);
		if (settings !== undefined)
			return;
		this.open(new Uint8Array(ArrayBuffer.fromString(FACTORY_SETTINGS)));
		this.#notes[FACTORY] = kept !== undefined ? FACTORY_REFUSED : this.#copies?.isTouched() === true ? FACTORY_DAMAGED : FACTORY_NEW;
		const [fault] = faults;
		if (fault !== undefined)
			this.#refusal = `${fault.path}${fault.path === "" ? "" : ": "}${fault.text}`;
	}

	get isFactory(): boolean {
		return this.#notes[FACTORY] !== 0;
	}

	get factoryReason(): string {
		switch (this.#notes[FACTORY]) {
			case FACTORY_DAMAGED: return "The settings that were kept are damaged, both copies of them";
			case FACTORY_REFUSED: return `The settings that were kept are of no use to this version${this.#refusal === "" ? "" : ` (${this.#refusal})`}`;
			default: return "";
		}
	}

	/** Erases what is kept; "", or why not all of it is erased. The settings in use stay until the next start, and are not kept again. */
	clear(): string {
		if (!this.isLent && !this.#documents.isHeld && !this.isFactory)
			this.load();
		const fault = this.#copies?.clear() ?? "";
		this.#notes[UNKEPT] = 0;
		this.#cleared = fault === "";
		return fault;
	}

	/** Takes what an earlier control plane had in use; undefined: there is none. */
	resume(): Settings | undefined {
		if (this.#documents.number === 0)
			return undefined;
		if (!this.#documents.isHeld && !this.isFactory)
			this.load();
		const document = this.#documents.isHeld ? this.#documents.current : utf8(FACTORY_SETTINGS);
		const { settings } = parse(document, this.#wallClock(), this.firmware);
		this.#settings = settings === undefined ? undefined : this.hashed(settings);
		if (this.#settings === undefined)
			this.#documents.settle();
		else
			this.forgetLease();
		this.keep();
		return this.#settings;
	}

	/** The document in use comes into memory from where it is kept; `before`: that before it. False: there is none. */
	private load(before = false): boolean {
		const memory = this.#documents.spare;
		const size = (before ? this.#copies?.loadBefore(memory) : this.#copies?.load(memory, new Uint8Array(TAG_SIZE))) ?? 0;
		if (size > 0)
			this.#documents.hold(size);
		return size > 0;
	}

	/** `revert`, where the settings before are not in memory. */
	private recall(): boolean {
		const from = this.#notes[BEFORE]!;
		if (from === 0)
			return false;
		this.#documents.settle();
		if (from !== BEFORE_FACTORY && !this.load(from === BEFORE_OLDER))
			return false;
		this.#notes[FACTORY] = this.#notes[FACTORY_BEFORE]!;
		this.#notes[UNKEPT] = this.isFactory ? 0 : 1;
		this.#notes[BEFORE] = 0;
		this.#documents.advance();
		return true;
	}

	/** The settings before the last change are in use again, because nothing can live by the later ones; for the next control plane. False: there are none. */
	revert(): boolean {
		if (this.#documents.isSingle)
			return this.recall();
		this.#notes[FACTORY] = this.#notes[FACTORY_BEFORE]!;
		// Those of the factory are never kept.
		this.#notes[UNKEPT] = this.isFactory ? 0 : 1;
		return this.#documents.revert();
	}

	/** From now on changes are told to `follower`. */
	set follower(follower: Follower) {
		this.#follower = follower;
	}

	// Configuration

	get settings(): Settings {
		if (this.#settings === undefined)
			throw new Error("no settings");
		return this.#settings;
	}

	get revision(): number {
		return this.#documents.number;
	}

	get storageFault(): string {
		return this.#fault;
	}

	get storageNotice(): string {
		return this.isUnkept || this.#copies !== undefined ? this.#fault : "";
	}

	change(edit: (draft: Settings) => void, revision?: number, isUpload = false): ChangeResult {
		const obstacle = this.obstacle(isUpload);
		if (obstacle !== undefined)
			return obstacle;
		if (revision !== undefined && revision !== this.revision)
			return { ok: false, faults: [], text: "The settings were changed from elsewhere since this page was loaded: look at them again, then repeat." };
		const before = this.settings;
		const draft = draftOf(before);
		const elements = elementsOf(draft.certificates);
		edit(draft);
		if (draft.gateway.admin.password !== undefined)
			delete draft.gateway.admin.passwordHash;
		const texts = fillTexts(draft.certificates, elements, this.#documents);
		followSources(draft, before, this.#documents);
		return this.take(validate(draft, this.#wallClock(), this.firmware), texts);
	}

	/** Why nothing can be changed now, whatever it is; undefined: it can. */
	private obstacle(isUpload: boolean): ChangeResult | undefined {
		const text = this.isLent && !isUpload ? BUSY : this.#follower?.hasRoom?.(checkedSlots(this.settings)) === false ? CROWDED : "";
		return text === "" ? undefined : { ok: false, faults: [], text: `${text} ${REFUSED}` };
	}

	/**
	 * The WAN address is what a lease says, NO_ADDRESS: there is none any more. What follows from it is made anew; nothing is kept of it. Undefined: it is as it was.
	 */
	learn(wanAddress: string): Change | undefined {
		const before = this.settings;
		if (before.gateway.wanAddress === wanAddress)
			return undefined;
		const settings = draftOf(before);
		settings.gateway.wanAddress = wanAddress;
		followSources(settings, before, this.#documents);
		keepEqualParts(settings.peers, before.peers);
		this.#settings = settings;
		return { before, settings, certificates: false, renewed: [] };
	}

	/** The address of a lease that a document has is from before. */
	private forgetLease(): void {
		if (this.settings.gateway.wanAddressing === "dhcp")
			this.learn(NO_ADDRESS);
	}

	replace(document: Uint8Array, origin?: Uint8Array, isUpload = false): ChangeResult {
		const obstacle = this.obstacle(isUpload);
		if (obstacle !== undefined)
			return obstacle;
		return this.takeDocument(parse(document, this.#wallClock(), this.firmware), origin);
	}

	/** The same in two calls, for whoever has packets that wait meanwhile: what is returned takes over what was read. */
	read(document: Uint8Array): () => ChangeResult {
		const obstacle = this.obstacle(true);
		if (obstacle !== undefined)
			return () => obstacle;
		const origin = this.digest(document);
		const validation = parse(document, this.#wallClock(), this.firmware);
		return () => this.takeDocument(validation, origin);
	}

	private takeDocument(validation: Validation, origin: Uint8Array | undefined): ChangeResult {
		const texts = validation.settings === undefined ? undefined : compareTexts(validation.settings.certificates, this.settings.certificates, this.#documents);
		return this.take(validation, texts, origin);
	}

	document(secrets: boolean): Iterable<string> {
		const lines = (): Iterable<string> => documentLines(this.settings, secrets, (list, index, name) => this.#documents.json(list, index, name));
		let size = 0;
		for (const line of lines())
			size += utf8(line).length;
		return size <= SETTINGS_SIZE ? lines() : flush(lines());
	}

	pem(kind: CertificateKind, name: string): string | undefined {
		const index = (this.settings.certificates[kind] as readonly { name: string }[]).findIndex((each) => each.name === name);
		return index < 0 ? undefined : this.#documents.text(kind, index, kind === "revocationLists" ? "crl" : "certificate");
	}

	keyText(name: string): string | undefined {
		const index = this.settings.certificates.own.findIndex((each) => each.name === name);
		return index < 0 ? undefined : this.#documents.json("own", index, "key");
	}

	/** What was validated becomes the settings in use. */
	private take(validation: Validation, texts: TextChanges | undefined, origin?: Uint8Array): ChangeResult {
		const { faults, warnings } = validation;
		if (validation.settings === undefined || texts === undefined)
			return { ok: false, faults, text: REFUSED };
		const former = this.settings;
		const settings = this.hashed(validation.settings);
		this.keepLease(settings, former);
		keepEqualParts(settings.peers, former.peers);
		const equal = (a: Uint8Array, b: Uint8Array): boolean => this.#crypto.equal(a, b);
		// Where memory has room for two documents, the other one is that before the last change, which may be needed yet: it goes for one that changes something.
		const compared = this.#documents.isSingle ? undefined : this.#documents.compare(documentLines(settings, true), equal);
		const fault = (compared === undefined ? this.write(settings, true) : this.tooLarge(compared.size, true)) ?? this.#follower?.examine(settings);
		if (fault !== undefined) {
			this.#documents.drop();
			return { ok: false, faults: [fault], text: REFUSED };
		}
		const same = compared?.isSame ?? this.#documents.isSame(equal);
		// What nobody has lived by yet is nothing to go back to, where there is something else.
		const isUntried = compared?.isSame === false && this.#documents.other.length > 0 && this.#follower?.livesBy?.(former) === false;
		if (isUntried)
			this.#documents.overwrite(documentLines(settings, true));
		else if (compared?.isSame === false)
			this.write(settings, true);
		const from = this.#notes.subarray(ORIGIN, ORIGIN + TAG_SIZE);
		const before = this.isUnkept ? 0 : this.isFactory ? BEFORE_FACTORY : BEFORE_NEWEST;
		if (!same || origin !== undefined && !this.#crypto.equal(origin, from))
			this.#notes[UNKEPT] = 1;
		if (origin !== undefined)
			from.set(origin);
		if (!same && !isUntried || this.isUnkept && !this.#documents.isHeld)
			this.#documents.exchange();
		if (!same && !isUntried) {
			this.#notes[BEFORE] = before;
			this.#notes[FACTORY_BEFORE] = this.#notes[FACTORY]!;
			this.#notes[FACTORY] = 0;
		}
		this.#documents.drop();
		this.keep();
		if (same)
			return { ok: true, warnings, text: "The settings are as they were.", storageFault: this.storageFault };
		if (!texts.changed)
			empty(settings);
		this.#settings = settings;
		const text = this.#follower?.follow({ before: former, settings, certificates: texts.changed, renewed: texts.renewed }) ?? "";
		empty(settings);
		return { ok: true, warnings, text, storageFault: this.storageFault };
	}

	/** Whatever WAN address a document has, it is the lease's. */
	private keepLease(settings: Settings, before: Settings): void {
		const { gateway } = settings;
		const { wanAddress } = before.gateway;
		if (gateway.wanAddressing !== "dhcp" || before.gateway.wanAddressing !== "dhcp" || gateway.wanAddress === wanAddress)
			return;
		const said = { ...settings, gateway };
		settings.gateway = { ...gateway, wanAddress };
		followSources(settings, said, this.#documents);
	}

	/** The password's hash in its place; the one there is when the password is the same. */
	private hashed(settings: Settings): Settings {
		const { password } = settings.gateway.admin;
		const hash = this.#settings?.gateway.admin.passwordHash;
		if (password === undefined || hash === undefined || !verifyPassword(password, hash, this.#crypto))
			return withHashedPassword(settings, this.#crypto);
		return { ...settings, gateway: { ...settings.gateway, admin: { user: settings.gateway.admin.user, passwordHash: hash } } };
	}

	private write(settings: Settings, again: boolean): Fault | undefined {
		this.makeRoom();
		return this.tooLarge(this.#documents.write(documentLines(settings, true)), again);
	}

	private tooLarge(size: number, again: boolean): Fault | undefined {
		const { room } = this.#documents;
		if (size <= room)
			return undefined;
		return { path: "", text: `${size} bytes with every default${again ? "" : ", as it is kept"}: expected at most ${room}${room === SETTINGS_SIZE ? "" : " until the settings in use can be kept"}` };
	}
}

/** Slots of the heap that settings like these take beside those in use until they have been checked and taken over: measured, with a tenth more. */
function checkedSlots({ peers, certificates: { own, trusted, revocationLists } }: Settings): number {
	let connections = 0;
	for (let i = 0; i < peers.length; i++)
		connections += peers[i]!.connections.length;
	return 250 + 40 * peers.length + 30 * (connections + own.length + trusted.length + revocationLists.length);
}

/** Without indentation: a document that is to be read again has to fit. */
function* flush(lines: Iterable<string>): Generator<string, void, undefined> {
	for (const line of lines)
		yield line.trimStart();
}

/** The texts are in the document. */
function empty({ certificates }: Settings): void {
	for (const each of certificates.own)
		each.certificate = each.key = "";
	for (const each of certificates.trusted)
		each.certificate = "";
	for (const each of certificates.revocationLists)
		each.crl = "";
}
