/** Keys and certificates on their way into the settings, with words for what goes wrong. */
import { describeCertificate, importFile, makeRequest, type ImportFault } from "../crypto/credentials.js";
import type { Workshop } from "../crypto/types.js";
import { CERTIFICATE_CHAIN } from "../limits.js";
import { utf8 } from "./bytes.js";
import type { CertificateKind } from "./configuration.js";
import type { Keyring, KeyringTexts } from "./services.js";

export interface OwnKeyringOptions {
	readonly crypto: Workshop;
	/** Seconds since 1970, 0: not known. */
	readonly wallClock: () => number;
}

export class OwnKeyring implements Keyring {
	readonly #options: OwnKeyringOptions;

	constructor(options: OwnKeyringOptions) {
		this.#options = options;
	}

	now(): number {
		return this.#options.wallClock();
	}

	describe(kind: CertificateKind, pem: string): string {
		return describeCertificate(kind === "revocationLists" ? "revocation list" : kind, pem);
	}

	make(bits: number, subject: string, names: string, done: (texts: KeyringTexts | undefined, fault: string) => void): void {
		makeRequest(this.#options.crypto, bits, subject, names, (made, error) => done(made, made !== undefined ? ""
			: error === "refused" ? "The subject or one of the names is not what a certificate can have."
			: error === "full" ? "Another key is being made, or a file read: try again in a moment." : "The crypto library could not make the key."));
	}

	open(file: Uint8Array, passphrase: string, done: (texts: KeyringTexts | undefined, fault: string) => void): void {
		const secret = utf8(passphrase);
		importFile(this.#options.crypto, file, secret, (found, fault) => {
			secret.fill(0);
			done(found, fault === "" ? "" : importFaultText(fault, passphrase === ""));
		});
	}
}

function importFaultText(fault: ImportFault, isWithout: boolean): string {
	switch (fault) {
		case "unknown": return "There is no certificate, key or revocation list in the file: expected PKCS #12 (.p12, .pfx), PEM (.pem, .crt, .key) or DER (.cer, .der, .crl).";
		case "malformed": return "The file is damaged, or has something in it that cannot be read.";
		case "passphrase": return isWithout ? "The file is encrypted: its passphrase is needed." : "The passphrase is not the file's.";
		case "cipher": return "The file is encrypted in a way that this unit does not know: export it anew with AES-256, or as PEM text.";
		case "effort": return "The file asks for more than 2,000,000 rounds for its passphrase, which would take too long here: export it anew with fewer.";
		case "request": return "The file is a signing request, which no authority has signed yet: expected the certificate that the authority made of it.";
		case "large": return `The file is too large, or has too many certificates: expected at most 48 KiB, and at most ${CERTIFICATE_CHAIN} certificates from the own one to the authority.`;
		case "strange": return "The key in the file belongs to none of its certificates.";
		case "busy": return "Another key is being made, or a file read: try again in a moment.";
		default: return "The crypto library could not read the file.";
	}
}
