/** Own certificates that are over or soon will be, by this unit's clock: peers refuse them, and hardly one says why. */
import type { Certificates } from "../crypto/types.js";
import { dateText, RENEWAL } from "../dates.js";
import { isTheirs, settingOf } from "../ike/causes.js";
import type { Problem } from "../ike/types.js";
import type { PeerSettings } from "../settings/types.js";
import { others, type Situation } from "../status/problems.js";

/** "our certificate gate-a expired on 2026-11-01": what is sent as own certificate `name` and is over at `time`, or within so many seconds more; "" when nothing is. */
function endText(certificates: Certificates, name: string, time: number, more: number): string {
	const own = certificates.find(name);
	for (let i = 0, end = certificates.end(own, 0); end !== 0; end = certificates.end(own, ++i))
		if (time !== 0 && time + more > end)
			return `${i === 0 ? "our certificate" : "an issuer's certificate that goes with our"} ${name} ${time > end ? "expired" : "expires"} on ${dateText(end)}`;
	return "";
}

/** What is to be renewed of the own certificates that peers are shown, in a sentence; "": nothing yet. */
export function renewalText(certificates: Certificates, peers: readonly PeerSettings[], time: number): string {
	const names: string[] = [];
	const texts: string[] = [];
	for (const { enabled, authentication, ownCertificate = "" } of peers) {
		if (!enabled || authentication !== "certificate" || names.includes(ownCertificate))
			continue;
		names.push(ownCertificate);
		const text = endText(certificates, ownCertificate, time, RENEWAL);
		if (text !== "")
			texts.push(text);
	}
	return texts.join("; ");
}

/** The problem as one of our certificate, where the other side may have refused that, and it is over. */
export function withOwnEnd(problem: Problem, situation: Situation, certificates: Certificates, peer: PeerSettings | undefined, time: number): Problem {
	const { cause, phase, sign, text } = problem;
	if (!situation.certificate || phase !== 1 || !isTheirs(sign) || cause !== "certificate-untrusted" && !others(problem, situation).includes("certificate-expired"))
		return problem;
	const ended = endText(certificates, peer?.ownCertificate ?? "", time, 0);
	return ended === "" ? problem : { ...problem, cause: "certificate-expired", text: `${ended}; ${text}`, setting: settingOf(problem.peer, "", "certificate-expired", sign, true) };
}
