/** What is told when something does not come up: one of the causes, in a sentence, with the field of the settings to look at. */
import { NOTICE } from "../log/types.js";
import type { Context } from "./context.js";
import type { Cause } from "./types.js";

/** The field of the settings that goes with a cause. */
const fields: Readonly<Record<Cause, string>> = Object.freeze({
	"peer-unreachable": "remoteGateway",
	"mode-mismatch": "phase1Mode",
	"phase1-algorithm-mismatch": "phase1Proposals",
	"id-mismatch": "remoteId",
	"key-mismatch": "preSharedKey",
	"certificate-missing": "ownCertificate",
	"certificate-untrusted": "ownCertificate",
	"certificate-expired": "ownCertificate",
	"certificate-revoked": "ownCertificate",
	"authentication-method-mismatch": "authentication",
	"phase2-protocol-mismatch": "phase2Proposals",
	"phase2-algorithm-mismatch": "phase2Proposals",
	"pfs-mismatch": "pfs",
	"network-mismatch": "remoteNetwork",
	"peer-not-configured": "",
	"table-full": "",
	"peer-refused": ""
});

function path(peer: string, connection: string, cause: Cause, certificate: boolean = false): string {
	const field = certificate && cause === "key-mismatch" ? "ownCertificate" : fields[cause];
	const hash = field === "" ? "" : `#${field}`;
	if (peer === "")
		return "/settings/peers";
	return connection === "" ? `/settings/peers/${peer}${hash}` : `/settings/peers/${peer}/connections/${connection}${hash}`;
}

/** Tells the gateway that phase 1 with `peer` ("": none of the settings) does not come up. */
export function phase1Problem(context: Context, now: number, peer: string, cause: Cause, text: string): void {
	const certificate = context.peers.some((each) => each.name === peer && each.authentication === "certificate");
	context.host.problem({ time: now, peer, connection: "", phase: 1, cause, text, setting: path(peer, "", cause, certificate) });
}

/** Milliseconds for which the same is not told again of a peer whose unproven messages cause it. */
const INTERVAL = 60000;

/** The same for what anybody can cause by a datagram: told once for each peer and cause in an interval. */
export function unprovenProblem(context: Context, now: number, peer: string, cause: Cause, text: string): void {
	const before = context.told.get(peer);
	if (before?.cause === cause && now - before.at < INTERVAL)
		return;
	context.told.set(peer, { cause, at: now });
	phase1Problem(context, now, peer, cause, text);
}

/** Tells the gateway that phase 2 of a connection ("": none of the peer's) does not come up. */
export function phase2Problem(context: Context, now: number, peer: string, connection: string, cause: Cause, text: string): void {
	context.host.problem({ time: now, peer, connection, phase: 2, cause, text, setting: path(peer, connection, cause) });
}

/** Counts and logs, at a limited rate, what a message from the network was refused for. Needs nothing but the message (F05). */
export function refused(context: Context, now: number, peer: string, source: number, reason: string, text: string): void {
	context.counters.add(reason);
	context.host.log.limited(now, NOTICE, peer, source, reason, text);
}
