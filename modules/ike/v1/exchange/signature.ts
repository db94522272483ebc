/**
 * Authentication by RSA signatures and X.509 certificates (RFC 2409 5.1): the keys come of the nonces and the shared secret, the proof is a
 * signature over the hash. Certificates are judged by the crypto library; what its verdict is called is decided here.
 */
import type { Context } from "../../context.js";
import { fact, refused } from "../../diagnosis.js";
import type { Judgement, Verdict } from "../../../crypto/types.js";
import { CERTIFICATE_CHAIN } from "../../../limits.js";
import type { PeerSettings } from "../../../settings/types.js";
import type { Cause } from "../../types.js";
import { signatureID } from "../keys.js";
import type { Opened } from "../message.js";
import { emitCertificate, parseCertificate } from "../wire/cert.js";
import { findPayload, type Payload } from "../wire/chain.js";
import { CertificateEncoding, NotifyType, PayloadType } from "../wire/constants.js";
import { isFault } from "../wire/fault.js";
import type { Identification } from "../wire/id.js";
import { isExpected, shownID } from "./identification.js";
import type { Distrust, Method, Signed } from "./method.js";
import type { Phase1 } from "./phase1.js";

const { CERT, CERTREQ, SIG } = PayloadType;

/** Authorities that one message asks for by name; of more, any will do (T31). */
const REQUESTS = 4;

function skeyid(_context: Context, exchange: Phase1): Uint8Array {
	return signatureID(exchange.sa.prf!, exchange.ni, exchange.nr, exchange.secret!);
}

function sign(context: Context, exchange: Phase1, hash: Uint8Array, done: Signed): void {
	const { certificates } = context.host.crypto;
	context.host.crypto.sign(certificates.find(exchange.settings.ownCertificate ?? ""), hash, (signature, error) => {
		if (signature !== undefined)
			exchange.signature = signature;
		done(signature === undefined, error === "refused" ? "failed" : error);
	});
}

/** Our certificate with all that leads to its authority (T31), asked for or not, and the signature. */
function prove(context: Context, exchange: Phase1): Payload[] {
	const { certificates } = context.host.crypto;
	const own = certificates.find(exchange.settings.ownCertificate ?? "");
	const payloads: Payload[] = [];
	for (let der = certificates.chain(own, 0); der !== undefined; der = certificates.chain(own, payloads.length))
		payloads.push({ type: CERT, body: emitCertificate(CertificateEncoding.X509_SIGNATURE, der) });
	payloads.push({ type: SIG, body: exchange.signature });
	return payloads;
}

/** Asks for a certificate of an authority that we trust; nothing where the method needs none. */
export function certificateRequests(context: Context, { authentication }: PeerSettings): Payload[] {
	const payloads: Payload[] = [];
	if (authentication !== "certificate")
		return payloads;
	const { certificates } = context.host.crypto;
	for (let name = certificates.authority(0); name !== undefined; name = certificates.authority(payloads.length)) {
		if (payloads.length === REQUESTS) {
			payloads.length = 0;
			break;
		}
		payloads.push({ type: CERTREQ, body: emitCertificate(CertificateEncoding.X509_SIGNATURE, name) });
	}
	if (payloads.length === 0)
		payloads.push({ type: CERTREQ, body: emitCertificate(CertificateEncoding.X509_SIGNATURE, new Uint8Array(0)) });
	return payloads;
}

function distrust(cause: Cause, text: string, notify: number, identity: Identification, subject: string = ""): Distrust {
	return { cause, text, notify, theirs: fact("peerIdentity", shownID(identity)) + (subject === "" ? "" : fact("peerCertificate", subject)) };
}

const causes: Readonly<Record<Exclude<Verdict, "ok">, Cause>> = Object.freeze({
	"untrusted": "certificate-untrusted", "weak": "certificate-untrusted", "malformed": "certificate-untrusted",
	"expired": "certificate-expired", "not yet valid": "certificate-expired", "time not set": "certificate-expired",
	"revoked": "certificate-revoked"
});

function verdictText({ verdict, subject, detail }: Judgement): string {
	const name = subject === "" ? "" : ` ${subject}`;
	const why = detail === "" ? "" : `: ${detail}`;
	switch (verdict) {
		case "time not set": return `this unit does not know the time yet, so it cannot tell whether the peer's certificate${name} is valid now`;
		case "untrusted": return `the peer's certificate${name} is not trusted${why}`;
		case "weak": return `the peer's certificate${name} is too weak${why}`;
		case "malformed": return `the peer's certificate${name} cannot be used${why}`;
		case "not yet valid": return `the peer's certificate${name} is not valid yet${why}; is this unit's clock right?`;
		default: return `the peer's certificate${name} is ${verdict}${why}`;
	}
}

function verify(context: Context, exchange: Phase1, settings: PeerSettings, hash: Uint8Array, opened: Opened, identity: Identification): "proved" | Distrust | undefined {
	// Of several peers that it may be (T02), only the one it says it is has to be judged.
	if (exchange.candidates.length > 1 && !isExpected(settings, identity))
		return distrust("id-mismatch", `the peer says it is ${shownID(identity)}, which none of the peers with certificates at any address is`, NotifyType.INVALID_ID_INFORMATION, identity);
	const chain: Uint8Array[] = [];
	let others = 0;
	for (const { type, body } of opened.payloads) {
		if (type !== CERT)
			continue;
		const certificate = parseCertificate(body);
		if (isFault(certificate) || certificate.encoding !== CertificateEncoding.X509_SIGNATURE || chain.length === CERTIFICATE_CHAIN) {
			others++;
			context.counters.add("certificate-ignored");
		}
		else
			chain.push(certificate.data);
	}
	if (chain.length === 0)
		return distrust("certificate-missing", others === 0 ? "the peer sent no certificate"
			: `the peer sent ${others} certificate payloads, none of which is an X.509 certificate by itself (PKCS #7 is not accepted)`,
			others === 0 ? NotifyType.CERTIFICATE_UNAVAILABLE : NotifyType.CERT_TYPE_UNSUPPORTED, identity);
	const { crypto } = context.host;
	const judgement = crypto.certificates.judge({
		certificates: chain, time: context.host.wallClock(), hash, signature: findPayload(opened.payloads, SIG)!.body, type: identity.type, identity: identity.data
	});
	const { verdict, isSigned, isNamed, subject, detail } = judgement;
	// Without a key that may be used there is nothing to check a signature with.
	if (!isSigned && verdict !== "weak" && verdict !== "malformed") {
		exchange.doubts++;
		return undefined;
	}
	if (verdict !== "ok")
		return distrust(causes[verdict], verdictText(judgement), verdict === "untrusted" ? NotifyType.INVALID_CERT_AUTHORITY : NotifyType.INVALID_CERTIFICATE, identity, subject);
	if (!isNamed)
		return distrust("id-mismatch", `the peer says it is ${shownID(identity)}, which its certificate ${subject} does not name`, NotifyType.INVALID_ID_INFORMATION, identity, subject);
	if (detail !== "")
		refused(context, exchange.sa.startedAt, settings.name, exchange.sa.remote.address, "revocation-list-old", `certificate ${subject}: ${detail}`);
	return "proved";
}

export const signature: Method = Object.freeze({ proof: SIG, needsSecret: true, secret: "certificate", skeyid, sign, prove, verify });
