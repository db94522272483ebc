/** Certificates against charon, in both roles and both modes; what is told when they are not right. */
import type { ExecutionContext } from "ava";
import { Authority, type Issued } from "../authority.js";
import type { CharonConnection } from "./charon.js";
import type { KeygateConnection } from "./keygate.js";
import { interop, result, type Lab } from "./lab.js";
import type { Side } from "./network.js";
import { bothRoles } from "./roles.js";

const names = "DNS:gate.example,email:gate@example,IP:10.0.0.1";
const itsNames = "DNS:charon.example,email:charon@example,IP:10.0.0.2";
const own = "/C=DE/O=Keygate/CN=gate";
const its = "/C=DE/O=Keygate/CN=charon";
const itsName = { type: "dn", value: "C=DE, O=Keygate, CN=charon" };

/** A root, an authority below it, and a certificate of each gateway by that; made once for each size of keys. */
class Authorities {
	readonly root: Authority;
	readonly between: Authority;
	readonly gate: Issued;
	readonly charon: Issued;

	constructor(bits: number) {
		this.root = new Authority({ subject: "/C=DE/O=Keygate/CN=Root" });
		this.between = new Authority({ subject: "/C=DE/O=Keygate/CN=Between", bits, pathLength: 0 }, this.root);
		this.gate = this.between.issue({ subject: own, names, bits });
		this.charon = this.between.issue({ subject: its, names: itsNames, bits });
	}
}

const made = new Map<number, Authorities>();

function authorities(bits: number): Authorities {
	let all = made.get(bits);
	if (all === undefined)
		made.set(bits, all = new Authorities(bits));
	return all;
}

interface Pair {
	readonly keygate: KeygateConnection;
	readonly charon: CharonConnection;
}

interface Changes {
	readonly keygate?: Partial<KeygateConnection>;
	readonly charon?: Partial<CharonConnection>;
	/** charon's certificate. */
	readonly issued?: Issued;
	readonly lists?: readonly string[];
	/** What charon has of authorities. */
	readonly has?: readonly string[];
	/** Whom keygate trusts. */
	readonly trusted?: readonly string[];
}

function pair(bits: number, { keygate = {}, charon = {}, issued, lists = [], has, trusted }: Changes = {}): Pair {
	const all = authorities(bits);
	return {
		keygate: {
			phase1: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 14 }], phase2: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], pfs: "off", secret: "not used",
			remoteId: itsName,
			certificates: {
				own: [{ name: "gate", certificate: all.gate.certificate + all.between.certificate, key: all.gate.key }],
				trusted: (trusted ?? [all.root.certificate]).map((certificate, index) => ({ name: `root-${index}`, certificate })),
				revocationLists: lists.map((crl, index) => ({ name: `list-${index}`, crl }))
			},
			...keygate
		},
		charon: {
			proposals: "aes256-sha256-modp2048", esp: "aes128gcm16", secret: "not used",
			certificates: {
				certificate: (issued ?? all.charon).certificate, key: (issued ?? all.charon).key, authorities: has ?? [all.root.certificate, all.between.certificate]
			},
			...charon
		}
	};
}

/** Datagrams that this side's kernel has sent in fragments, and put together. */
async function fragments({ namespace }: Side): Promise<{ readonly sent: number; readonly received: number }> {
	const { output } = await namespace.run(["cat", "/proc/net/snmp"]);
	const [head, values] = output.split("\n").filter((line) => line.startsWith("Ip:")).map((line) => line.split(" "));
	return { sent: Number(values![head!.indexOf("FragOKs")]), received: Number(values![head!.indexOf("ReasmOKs")]) };
}

/** In both roles, by certificates. */
async function authenticated(t: ExecutionContext, lab: Lab): Promise<string> {
	const { ours, text } = await bothRoles(t, lab);
	t.is(ours.authentication, "certificate");
	return text;
}

for (const bits of [2048, 3072, 4096])
	interop(`T31 certificates: RSA ${bits}, an authority between, in messages of fragments of IKE's own, both roles`, async (t, lab) => {
		const { keygate, charon } = pair(bits);
		await lab.set(keygate, charon);
		result(`certificates  RSA ${bits}, main: ${await authenticated(t, lab)}`);
		t.regex(await lab.keygate.command("log 60"), /CERT\*2/);
	});

for (const bits of [2048, 4096])
	interop(`certificates: RSA ${bits}, in datagrams that the network carries in fragments, both roles`, async (t, lab) => {
		const { keygate, charon } = pair(bits, { charon: { fragmentation: "no" } });
		const before = await fragments(lab.network.left);
		await lab.set(keygate, charon);
		result(`certificates  RSA ${bits}, UDP in fragments, main: ${await authenticated(t, lab)}`);
		const after = await fragments(lab.network.left);
		t.true(after.sent > before.sent && after.received > before.received, `sent ${after.sent - before.sent}, received ${after.received - before.received}`);
	});

interop("certificates: aggressive mode, both roles", async (t, lab) => {
	const { keygate, charon } = pair(2048, { keygate: { phase1Mode: "aggressive" }, charon: { aggressive: true } });
	await lab.set(keygate, charon);
	result(`certificates  RSA 2048, aggressive: ${await authenticated(t, lab)}`);
});

for (const [type, mine, theirs] of [["fqdn", "gate.example", "charon.example"], ["user-fqdn", "gate@example", "charon@example"], ["address", "10.0.0.1", "10.0.0.2"]] as const)
	for (const mode of ["main", "aggressive"] as const)
		interop(`certificates: identities of type ${type}, ${mode} mode, both roles`, async (t, lab) => {
			const { keygate, charon } = pair(2048, {
				keygate: { phase1Mode: mode, localId: { type, value: mine }, remoteId: { type, value: theirs } }, charon: { aggressive: mode === "aggressive", localId: theirs, remoteId: mine }
			});
			await lab.set(keygate, charon);
			result(`certificates  ${type}, ${mode}: ${await authenticated(t, lab)}`);
		});

interop("T32 certificates: PrintableString there, other letters here", async (t, lab) => {
	const { keygate, charon } = pair(2048, {
		issued: authorities(2048).between.issue({ subject: its, names: itsNames, strings: "default" }), keygate: { remoteId: { type: "dn", value: "C=de, O=keygate,  CN=Charon" } }
	});
	await lab.set(keygate, charon);
	await authenticated(t, lab);
});

interface Case {
	readonly title: string;
	readonly changes: () => Changes;
	readonly cause: string;
	readonly text: RegExp;
	/** What is told when keygate initiates, and the other side is the one who finds fault. */
	readonly asInitiator?: string;
}

const stranger = new Map<string, Authority>();

function elsewhere(): Authority {
	let root = stranger.get("");
	if (root === undefined)
		stranger.set("", root = new Authority({ subject: "/C=DE/O=Elsewhere/CN=Root" }));
	return root;
}

const cases: readonly Case[] = [
	{
		title: "revoked", cause: "certificate-revoked", text: /CN=revoked is revoked/,
		changes: () => {
			const { between } = authorities(2048);
			const issued = between.issue({ subject: "/C=DE/O=Keygate/CN=revoked", names: itsNames });
			between.revoke(issued);
			return { issued, lists: [between.list()], keygate: { remoteId: { type: "address", value: "10.0.0.2" } }, charon: { localId: "10.0.0.2" } };
		}
	},
	{
		title: "expired", cause: "certificate-expired", text: /CN=charon is expired/,
		changes: () => ({ issued: authorities(2048).between.issue({ subject: its, names: itsNames, from: "20180101000000Z", to: "20190101000000Z" }) })
	},
	{
		title: "not yet valid", cause: "certificate-expired", text: /CN=charon is not valid yet/,
		changes: () => ({ issued: authorities(2048).between.issue({ subject: its, names: itsNames, from: "20480101000000Z" }) })
	},
	{
		title: "of an unknown authority", cause: "certificate-untrusted", text: /CN=charon is not trusted/,
		changes: () => ({ issued: elsewhere().issue({ subject: its, names: itsNames }) })
	},
	{
		title: "sent without its intermediate", cause: "certificate-untrusted", text: /CN=charon is not trusted/,
		changes: () => {
			// Ours is by the root itself: charon would learn the intermediate from our chain, and send it.
			const { root } = authorities(2048);
			const gate = root.issue({ subject: own, names });
			return {
				has: [root.certificate],
				keygate: { certificates: { own: [{ name: "gate", ...gate }], trusted: [{ name: "root", certificate: root.certificate }] } }
			};
		}
	},
	{
		title: "of 1024 bits", cause: "certificate-untrusted", text: /1024 bits/,
		changes: () => ({ issued: authorities(2048).between.issue({ subject: its, names: itsNames, bits: 1024 }) })
	},
	{
		title: "for signing code", cause: "certificate-untrusted", text: /key usage/,
		changes: () => ({ issued: authorities(2048).between.issue({ subject: its, names: itsNames, extendedKeyUsage: "codeSigning" }) })
	},
	{
		title: "beyond the name constraints of its authority", cause: "certificate-untrusted", text: /permitted subtree violation|it has name constraints, which this build does not know/,
		changes: () => {
			const { root } = authorities(2048);
			const narrow = new Authority({ subject: "/C=DE/O=Keygate/CN=Narrow", nameConstraints: "permitted;DNS:inside.example" }, root);
			return { issued: narrow.issue({ subject: its, names: itsNames }), has: [root.certificate, narrow.certificate, authorities(2048).between.certificate] };
		}
	},
	{ title: "somebody else's", cause: "id-mismatch", text: /says it is dn C=DE, O=Keygate, CN=charon; the settings expect dn C=DE, O=Keygate, CN=other/, changes: () => ({ keygate: { remoteId: { type: "dn", value: "C=DE, O=Keygate, CN=other" } } }) },
	{
		title: "not sent", cause: "certificate-missing", text: /sent no certificate/,
		changes: () => ({ charon: { certificates: { certificate: authorities(2048).charon.certificate, key: authorities(2048).charon.key, authorities: [authorities(2048).root.certificate, authorities(2048).between.certificate], send: "never" } } })
	}
];

async function told(lab: Lab, cause: string): Promise<string> {
	const status = await lab.keygate.until((each) => each.problems.some((problem) => problem.cause === cause), `told ${cause}`, 15000);
	return status.problems.find((problem) => problem.cause === cause)!.text;
}

for (const { title, changes, cause, text } of cases)
	interop(`charon's certificate is ${title}: ${cause}, in both roles`, async (t, lab) => {
		const { keygate, charon } = pair(2048, changes());
		await lab.set(keygate, charon);
		await lab.keygate.command("up branch/office");
		t.regex(await told(lab, cause), text, "as initiator");
		t.is((await lab.keygate.status()).securityAssociations.length, 0);
		await lab.set(keygate, charon);
		await lab.charon.attempt();
		t.regex(await told(lab, cause), text, "as responder");
		t.is((await lab.keygate.status()).securityAssociations.length, 0);
		t.is(await lab.charon.tunnels(), 0);
	});

interop("charon refuses our certificate, which has expired: it is named with its date, in both roles", async (t, lab) => {
	const { between, root } = authorities(2048);
	const late = between.issue({ subject: own, names, from: "20180101000000Z", to: "20190101000000Z" });
	const { keygate, charon } = pair(2048, { keygate: { certificates: { own: [{ name: "gate", certificate: late.certificate + between.certificate, key: late.key }], trusted: [{ name: "root", certificate: root.certificate }] } } });
	const expected = /^our certificate gate expired on 2019-01-01; /;
	await lab.set(keygate, charon);
	await lab.keygate.command("up branch/office");
	t.regex(await told(lab, "certificate-expired"), expected, "as initiator");
	await lab.set(keygate, charon);
	await lab.charon.attempt();
	t.regex(await told(lab, "certificate-expired"), expected, "as responder");
	t.is((await lab.keygate.status()).securityAssociations.length, 0);
});

interop("charon does not trust our authority: certificate-untrusted, in both roles", async (t, lab) => {
	// Its own certificate is by an authority that keygate trusts; ours by one that it does not know.
	const foreign = elsewhere();
	const { keygate, charon } = pair(2048, { issued: foreign.issue({ subject: its, names: itsNames }), has: [foreign.certificate], trusted: [foreign.certificate] });
	await lab.set(keygate, charon);
	await lab.keygate.command("up branch/office");
	t.regex(await told(lab, "certificate-untrusted"), /AUTHENTICATION-FAILED to our identity dn C=DE, O=Keygate, CN=gate/);
	await lab.set(keygate, charon);
	await lab.charon.attempt();
	t.regex(await told(lab, "certificate-untrusted"), /closed the IKE SA as soon as it had our proof: most likely it does not take our certificate gate or our identity dn C=DE/);
	t.is((await lab.keygate.status()).securityAssociations.length, 0);
});

interop("charon wants a pre-shared key where we want a certificate: authentication-method-mismatch, and what charon's refusal can mean", async (t, lab) => {
	const { keygate, charon: { certificates: _, ...charon } } = pair(2048);
	await lab.set(keygate, charon);
	await lab.charon.attempt();
	t.regex(await told(lab, "authentication-method-mismatch"), /by pre-shared key; the settings accept .* by certificate/);
	// As responder it agrees on the proposal, and finds out later that it has nobody with a certificate.
	await lab.keygate.command("up branch/office");
	t.regex(await told(lab, "certificate-untrusted"), /AUTHENTICATION-FAILED .* or wants another method of authentication/);
});
