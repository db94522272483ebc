/** Own certificates that are over or soon will be: told before peers refuse them, and when they do. */
import test from "ava";
import { renewalText, withOwnEnd } from "../../../modules/gateway/validity.js";
import type { Problem } from "../../../modules/ike/types.js";
import type { PeerSettings } from "../../../modules/settings/types.js";
import { statusJSON } from "../../../modules/status/json.js";
import { statusText } from "../../../modules/status/text.js";
import * as vectors from "../../vectors/certificates.js";
import { peer } from "../ike/network.js";
import { World } from "./world.js";

/** Seconds since 1970: 2026-02-01 and 2035-12-31, when the certificates end. */
const over = 1769904000;
const last = 2082672000;
const day = 86400;

function dn(name: string): PeerSettings["localId"] {
	return { type: "dn", value: `C=DE, O=Keygate, CN=${name}` };
}

/** A gateway that shows a certificate that is over, to a peer that shows one that is not; both have the same library. */
function worldOf(answer: Partial<PeerSettings> = {}): World {
	const world = new World({ authentication: "certificate", ownCertificate: "old", localId: dn("expired"), remoteId: dn("gate-a") },
		{ authentication: "certificate", ownCertificate: "good", localId: dn("gate-a"), remoteId: dn("expired"), ...answer });
	world.network.wallClock = vectors.day;
	world.peer.crypto.certificates.load({
		own: [{ name: "old", certificate: vectors.expired, key: vectors.expiredKey }, { name: "good", certificate: vectors.gateA, key: vectors.gateAKey }, { name: "long", certificate: vectors.gateB + vectors.intermediate, key: vectors.gateBKey }],
		trusted: [{ name: "root", certificate: vectors.root }], revocationLists: [],
	});
	return world;
}

test("a peer that refuses our certificate: where that is over by our clock it is named, with its date and its setting", (t) => {
	const world = worldOf();
	world.gateway.start(world.network.now);
	world.traffic();
	world.run(5000);
	const [problem] = [...world.gateway.snapshot().problems()];
	t.is(problem?.cause, "certificate-expired", world.lines.join("\n"));
	t.regex(problem!.text, /^our certificate old expired on 2026-02-01; the peer answers INVALID-CERTIFICATE/);
	t.deepEqual([problem!.setting, problem!.sign, problem!.values.find(({ name }) => name === "ownCertificate")?.ours], ["/settings/peers/branch#ownCertificate", "protected", ["old"]]);
	t.true(world.lines.some((line) => line.includes("certificate-expired: our certificate old expired on 2026-02-01")), world.lines.join("\n"));
	const snapshot = world.gateway.snapshot();
	t.true([...statusText(snapshot)].includes("Certificates: our certificate old expired on 2026-02-01\n"));
	t.is(JSON.parse([...statusJSON(snapshot)].join("")).gateway.certificateNotice, "our certificate old expired on 2026-02-01");
});

test("what is to be renewed is told a month before, of certificates that are shown to peers; not without a clock", (t) => {
	const { certificates } = worldOf().peer.crypto;
	const shows = (ownCertificate: string, changes: Partial<PeerSettings> = {}): PeerSettings => peer("branch", "10.0.0.1", "10.0.0.2", { authentication: "certificate", ownCertificate, ...changes });
	const text = (time: number, ...peers: PeerSettings[]): string => renewalText(certificates, peers, time);
	t.is(text(over - 31 * day, shows("old")), "");
	t.is(text(over - 29 * day, shows("old"), shows("old")), "our certificate old expires on 2026-02-01");
	t.is(text(over + 1, shows("old")), "our certificate old expired on 2026-02-01");
	t.is(text(last + day, shows("good"), shows("old")), "our certificate good expired on 2035-12-31; our certificate old expired on 2026-02-01");
	t.is(text(last - day, shows("long")), "our certificate long expires on 2035-12-31");
	t.is(text(0, shows("old")), "");
	t.is(text(over + 1, shows("old", { enabled: false }), shows("old", { authentication: "pre-shared key" }), shows("none")), "");
});

test("a problem is one of our certificate only where the other side may have refused that", (t) => {
	const { certificates } = worldOf().peer.crypto;
	const settings = peer("branch", "10.0.0.1", "10.0.0.2", { authentication: "certificate", ownCertificate: "old" });
	const cause = (change: Partial<Problem>, ownCertificate = "old", certificate = true): string => withOwnEnd(
		{ time: 0, peer: "branch", connection: "", phase: 1, cause: "certificate-untrusted", text: "", setting: "", sign: "protected", role: "initiator", mode: "main", state: 7, theirs: "", ...change },
		{ certificate, transport: false }, certificates, { ...settings, ownCertificate }, vectors.day).cause;
	t.is(cause({}), "certificate-expired");
	t.is(cause({ sign: "clear" }), "certificate-expired");
	t.is(cause({ sign: "delete" }), "certificate-expired");
	t.is(cause({ cause: "peer-unreachable", sign: "silence" }), "certificate-expired");
	t.is(cause({}, "good"), "certificate-untrusted");
	t.is(cause({}, "old", false), "certificate-untrusted");
	t.is(cause({ sign: "decision" }), "certificate-untrusted", "the peer's");
	t.is(cause({ cause: "peer-unreachable", sign: "silence", state: 3 }), "peer-unreachable", "it has not had it");
	t.is(cause({ cause: "id-mismatch" }), "id-mismatch");
	t.is(cause({ cause: "peer-refused", phase: 2, state: 9 }), "peer-refused");
});
