/** The settings as pages and console may see and change them. One exists for each gateway; the settings room's store implements it. */
import type { Fault, Settings } from "./types.js";

export type CertificateKind = "own" | "trusted" | "revocationLists";

/** What came of a change. Without `ok` nothing was changed, stored or sent. */
export type ChangeResult =
	| {
		readonly ok: true;
		/** What works but should be thought about. */
		readonly warnings: readonly Fault[];
		/** One sentence for a person: what was done to tunnels, and whether this unit starts anew for it. */
		readonly text: string;
		/** "", or why the change is in use and yet not stored: "the state folder is full". */
		readonly storageFault: string;
	}
	| {
		readonly ok: false;
		/** Each with the path of its field, `peers[0].connections[1].pfs`; empty when it is none of a field. */
		readonly faults: readonly Fault[];
		/** One sentence for a person. */
		readonly text: string;
	};

export interface Configuration {
	/** In use, with every default, and with secrets: what is shown of it leaves them out. Texts in PEM are "" in it (see `pem`). Never written to. */
	readonly settings: Settings;
	/** The settings are those of the factory, since nobody has set this unit up yet; and why, where it was set up before: one sentence, else "". */
	readonly isFactory?: boolean;
	readonly factoryReason?: string;
	/** The fields of the firmware are this unit's: it has its ports to itself. Absent: they are not. */
	readonly firmware?: boolean;
	/** Grows with each change; a form carries the one that it was made from. */
	readonly revision: number;
	/** "", or what is wrong with the place where settings are kept: full, read-only, no state folder given. */
	readonly storageFault: string;
	/** `storageFault` where somebody should be told of it without having asked: settings are in use that are not kept, or there is a place that does not keep. */
	readonly storageNotice: string;
	/**
	 * Lets `edit` change a draft, then validates, stores and applies it, or does nothing and says why. In the draft the lists of peers, connections and
	 * certificates and their elements are copies to write to; what is below them (proposals, identities, lifetime ...) is replaced, not written to.
	 * A text in PEM that stays "" is the one that is stored. With `revision`, a draft is refused when somebody else has changed the settings since.
	 * `isUpload`: what it writes came as a file whose place in the memory of uploads nobody needs any more.
	 */
	change(edit: (draft: Settings) => void, revision?: number, isUpload?: boolean): ChangeResult;
	/**
	 * Puts a whole document in place of the settings (restore from a file); secrets that read `(hidden)` are refused like every other fault. `isUpload`: it lies in the
	 * memory of uploads, which it may be that the settings need for the new document.
	 */
	replace(document: Uint8Array, origin?: Uint8Array, isUpload?: boolean): ChangeResult;
	/** The lines of the document in use, PEM included, each with its line feed; without `secrets` they read `(hidden)`. */
	document(secrets: boolean): Iterable<string>;
	/** A certificate or revocation list in PEM as stored; undefined: there is none of that name. Private keys are never handed out here. */
	pem(kind: CertificateKind, name: string): string | undefined;
	/** The private key of an own certificate as the document has it, a JSON text: for one that takes its place, and nothing else. Undefined: there is none of that name. */
	keyText(name: string): string | undefined;
}
