/**
 * The settings document as tables: every field with its kind, range, default, and the values that are weak, refused, or left to
 * a later version. `validate.ts` walks them; what concerns more than one field is in `consistency.ts`. docs/settings.md lists the same
 * fields, a test compares.
 */
import { isOffered } from "../crypto/offer.js";
import type { EncryptionName } from "../crypto/types.js";
import * as limits from "../limits.js";
import { addressList, addressWithPrefix, hardwareAddress, hostAddress, identityText, interfaceName, label, network, passwordHash, passwordText, pemText, remoteGateway, serverName, sharedKey, userName } from "./forms.js";

export type Value = string | number | boolean;
/** What to say of a value. Pairs and not an object: a value from outside must not become a property's name (json.ts says why). */
export type Notes = readonly (readonly [string | number, string])[];

export interface Field {
	readonly kind: "text" | "integer" | "flag" | "choice" | "object" | "list";
	/** What to say is expected: "an IPv4 address". */
	readonly expected: string;
	readonly required?: true;
	/** Not required when this other field of the object has this value. */
	readonly unless?: readonly [string, Value];
	/** Value when the field is absent; without one (and not `required`) the field stays absent, an object's fields take theirs. */
	readonly fallback?: Value;
	/** Never quoted in a message, hidden when the document is shown. */
	readonly secret?: true;
	readonly min?: number;
	readonly max?: number;
	/** Never quoted in a message: it is too long. */
	readonly bulky?: true;
	/** Values of a choice. */
	readonly values?: readonly (string | number)[];
	/** Known values that this version does not have. */
	readonly later?: readonly (string | number)[];
	/** Known values that are refused for good, and why. */
	readonly refused?: Notes;
	/** Values that draw a warning, and its text. */
	readonly weak?: Notes;
	/** What is wrong with a text, as the rest of a sentence that begins with it. */
	readonly check?: (text: string) => string | undefined;
	/** Its values are ciphers, of which the crypto library may lack some. */
	readonly cipher?: true;
	/** Fields of an object, or of each element of a list. */
	readonly shape?: Shape;
	/** The firmware's: on other hosts it is accepted, not used and not kept. */
	readonly foreign?: true;
}

export type Shape = Readonly<Record<string, Field>>;

/** The highest order number of a connection. */
export const ORDERS = 65535;

const weak3DES = "is weak (64-bit blocks): use aes-128-cbc or better where the peer can";
const weakMD5 = "is weak (MD5): use sha256 where the peer can";
const weakSHA1 = "is weak (SHA-1): use sha256 where the peer can";
const weakGroup2 = "is weak (1024 bits): use group 14 or better where the peer can";
const weakGroup5 = "is weak (1536 bits): use group 14 or better where the peer can";
const refusedDES = "is refused: single DES can be broken by anyone";
const refusedGroup1 = "is refused: group 1 (768 bits) can be broken";

const groups = Object.freeze([2, 5, 14, 15, 16, 17, 18, 19, 20, 21, 31] as const);
const weakGroups = notes([[2, weakGroup2], [5, weakGroup5]]);
const refusedGroups = notes([[1, refusedGroup1]]);
const refusedCiphers = notes([["des-cbc", refusedDES], ["des", refusedDES]]);


const http: Shape = Object.freeze({
	address: Object.freeze({ kind: "text", expected: "an IPv4 address", check: hostAddress }),
	port: Object.freeze({ kind: "integer", expected: "a port", min: 0, max: 65535, fallback: 80 })
});

const admin: Shape = Object.freeze({
	user: Object.freeze({ kind: "text", expected: "a user name", fallback: "admin", check: userName }),
	password: Object.freeze({ kind: "text", expected: "text", secret: true, check: passwordText }),
	passwordHash: Object.freeze({ kind: "text", expected: "a password hash", secret: true, check: passwordHash })
});

const syslog: Shape = Object.freeze({
	address: Object.freeze({ kind: "text", expected: "an IPv4 address", required: true, check: syslogAddress }),
	port: Object.freeze({ kind: "integer", expected: "a port", min: 1, max: 65535, fallback: 514 }),
	facility: Object.freeze({
		kind: "choice", expected: "", fallback: "local0",
		values: Object.freeze(["daemon", "auth", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"])
	})
});

const fixedLease: Shape = Object.freeze({
	hardwareAddress: Object.freeze({ kind: "text", expected: "a hardware address", required: true, check: hardwareAddress }),
	address: Object.freeze({ kind: "text", expected: "an IPv4 address", required: true, check: hostAddress })
});

const dhcpServer: Shape = Object.freeze({
	enabled: Object.freeze({ kind: "flag", expected: "true or false", fallback: false }),
	first: Object.freeze({ kind: "text", expected: "an IPv4 address", check: hostAddress }),
	last: Object.freeze({ kind: "text", expected: "an IPv4 address", check: hostAddress }),
	leaseSeconds: Object.freeze({ kind: "integer", expected: "seconds", min: 120, max: 2592000, fallback: 86400 }),
	fixed: Object.freeze({ kind: "list", expected: "a list of fixed leases", max: limits.FIXED_LEASES, shape: fixedLease })
});

export const gatewayShape: Shape = Object.freeze({
	name: Object.freeze({ kind: "text", expected: "a name", required: true, check: label }),
	wanAddressing: Object.freeze({ kind: "choice", expected: "", values: Object.freeze(["static", "dhcp"]), foreign: true }),
	wanAddress: Object.freeze({ kind: "text", expected: "an IPv4 address", required: true, unless: Object.freeze(["wanAddressing", "dhcp"] as const), check: hostAddress }),
	wanPrefix: Object.freeze({ kind: "integer", expected: "a prefix length", min: 0, max: 32, foreign: true }),
	wanRouter: Object.freeze({ kind: "text", expected: "an IPv4 address or \"\"", check: routerAddress, foreign: true }),
	dnsServers: Object.freeze({ kind: "text", expected: "one or two IPv4 addresses", check: addressList, foreign: true }),
	lanAddress: Object.freeze({ kind: "text", expected: "an IPv4 address with its prefix length", required: true, check: addressWithPrefix }),
	dhcpServer: Object.freeze({ kind: "object", expected: "an object", shape: dhcpServer, foreign: true }),
	timeServer: Object.freeze({ kind: "text", expected: "an IPv4 address, a host name or \"\"", check: serverName, foreign: true }),
	tunnelInterface: Object.freeze({ kind: "text", expected: "a device name", fallback: "keygate0", check: interfaceName }),
	ikePort: Object.freeze({ kind: "integer", expected: "a port", min: 1, max: 65535, fallback: 500 }),
	natTraversalPort: Object.freeze({ kind: "integer", expected: "a port", min: 1, max: 65535, fallback: 4500 }),
	firewallLog: Object.freeze({ kind: "choice", expected: "", fallback: "off", values: Object.freeze(["off", "denied", "all"]) }),
	http: Object.freeze({ kind: "object", expected: "an object", shape: http }),
	syslog: Object.freeze({ kind: "object", expected: "an object", shape: syslog }),
	admin: Object.freeze({ kind: "object", expected: "an object", shape: admin })
});

const identity: Shape = Object.freeze({
	type: Object.freeze({ kind: "choice", expected: "", required: true, values: Object.freeze(["address", "fqdn", "user-fqdn", "dn", "key-id"]) }),
	value: Object.freeze({ kind: "text", expected: "text", required: true, check: identityText })
});

const phase1Proposal: Shape = Object.freeze({
	encryption: Object.freeze({
		kind: "choice", expected: "", required: true, cipher: true, values: Object.freeze(["3des-cbc", "aes-128-cbc", "aes-192-cbc", "aes-256-cbc"]),
		refused: refusedCiphers, weak: notes([["3des-cbc", weak3DES]])
	}),
	hash: Object.freeze({
		kind: "choice", expected: "", required: true, values: Object.freeze(["md5", "sha1", "sha256", "sha384", "sha512"]),
		weak: notes([["md5", weakMD5], ["sha1", weakSHA1]])
	}),
	dhGroup: Object.freeze({ kind: "choice", expected: "", required: true, values: groups, refused: refusedGroups, weak: weakGroups })
});

const hmac: Field = Object.freeze({
	kind: "choice", expected: "", values: Object.freeze(["hmac-md5-96", "hmac-sha1-96", "hmac-sha256-128", "hmac-sha384-192", "hmac-sha512-256"]),
	weak: notes([["hmac-md5-96", weakMD5], ["hmac-sha1-96", weakSHA1]])
});

const phase2Proposal: Shape = Object.freeze({
	protocol: Object.freeze({ kind: "choice", expected: "", fallback: "esp", values: Object.freeze(["esp", "ah", "ah+esp"]) }),
	encryption: Object.freeze({
		kind: "choice", expected: "", cipher: true,
		values: Object.freeze(["3des-cbc", "aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "aes-128-gcm-16", "aes-192-gcm-16", "aes-256-gcm-16", "aes-128-ctr", "aes-256-ctr", "null"]),
		refused: refusedCiphers, weak: notes([["3des-cbc", weak3DES], ["null", "does not encrypt: everyone on the way can read the packets"]])
	}),
	authentication: hmac,
	espAuthentication: hmac
});

const lifetime: Shape = Object.freeze({
	seconds: Object.freeze({ kind: "integer", expected: "seconds", min: 0, max: 31536000, fallback: 3600 }),
	kilobytes: Object.freeze({ kind: "integer", expected: "kilobytes", min: 0, max: 4294967295, fallback: 0 })
});

export const connectionShape: Shape = Object.freeze({
	name: Object.freeze({ kind: "text", expected: "a name", required: true, check: label }),
	enabled: Object.freeze({ kind: "flag", expected: "true or false", fallback: true }),
	order: Object.freeze({ kind: "integer", expected: "an order number", min: 1, max: ORDERS }),
	localNetwork: Object.freeze({ kind: "text", expected: "an IPv4 network", required: true, check: network }),
	remoteNetwork: Object.freeze({ kind: "text", expected: "an IPv4 network", required: true, check: network }),
	ipProtocol: Object.freeze({ kind: "integer", expected: "an IP protocol", min: 0, max: 255, fallback: 0 }),
	localPort: Object.freeze({ kind: "integer", expected: "a port", min: 0, max: 65535, fallback: 0 }),
	remotePort: Object.freeze({ kind: "integer", expected: "a port", min: 0, max: 65535, fallback: 0 }),
	mode: Object.freeze({ kind: "choice", expected: "", fallback: "tunnel", values: Object.freeze(["tunnel", "transport"]) }),
	phase2Proposals: Object.freeze({ kind: "list", expected: "a list of proposals", min: 1, max: limits.PROPOSALS, shape: phase2Proposal }),
	pfs: Object.freeze({ kind: "choice", expected: "", fallback: 14, values: Object.freeze([...groups, "off"]), refused: refusedGroups, weak: weakGroups }),
	extendedSequenceNumbers: Object.freeze({ kind: "flag", expected: "true or false", fallback: false }),
	sha256Truncation: Object.freeze({ kind: "choice", expected: "", fallback: 128, values: Object.freeze([128, 96]) }),
	lifetime: Object.freeze({ kind: "object", expected: "an object", shape: lifetime }),
	start: Object.freeze({ kind: "choice", expected: "", fallback: "on traffic", values: Object.freeze(["on traffic", "always", "never"]) })
});

const deadPeerDetection: Shape = Object.freeze({
	interval: Object.freeze({ kind: "integer", expected: "seconds", min: 0, max: 86400, fallback: 30 }),
	timeout: Object.freeze({ kind: "integer", expected: "seconds", min: 0, max: 86400, fallback: 120 })
});

export const peerShape: Shape = Object.freeze({
	name: Object.freeze({ kind: "text", expected: "a name", required: true, check: label }),
	enabled: Object.freeze({ kind: "flag", expected: "true or false", fallback: true }),
	remoteGateway: Object.freeze({ kind: "text", expected: "an IPv4 address or a host name", required: true, check: remoteGateway }),
	actAs: Object.freeze({ kind: "choice", expected: "", values: Object.freeze(["initiator and responder", "initiator", "responder"]) }),
	phase1Mode: Object.freeze({ kind: "choice", expected: "", fallback: "main", values: Object.freeze(["main", "aggressive"]) }),
	authentication: Object.freeze({ kind: "choice", expected: "", fallback: "pre-shared key", values: Object.freeze(["pre-shared key", "certificate"]) }),
	preSharedKey: Object.freeze({ kind: "text", expected: "text", secret: true, check: sharedKey }),
	ownCertificate: Object.freeze({ kind: "text", expected: "a name", check: labelOrNothing }),
	localId: Object.freeze({ kind: "object", expected: "an object", shape: identity }),
	remoteId: Object.freeze({ kind: "object", expected: "an object", shape: identity }),
	phase1Proposals: Object.freeze({ kind: "list", expected: "a list of proposals", min: 1, max: limits.PROPOSALS, shape: phase1Proposal }),
	phase1Lifetime: Object.freeze({ kind: "integer", expected: "seconds", min: 10, max: 31536000, fallback: 28800 }),
	natTraversal: Object.freeze({ kind: "choice", expected: "", fallback: "auto", values: Object.freeze(["auto", "off", "force"]) }),
	deadPeerDetection: Object.freeze({ kind: "object", expected: "an object", shape: deadPeerDetection }),
	connections: Object.freeze({ kind: "list", expected: "a list of connections", max: limits.CONNECTIONS, shape: connectionShape })
});

const name: Field = Object.freeze({ kind: "text", expected: "a name", required: true, check: label });
const certificate: Field = Object.freeze({ kind: "text", expected: "text", required: true, bulky: true, check: pemText });

const ownCertificate: Shape = Object.freeze({
	name, certificate,
	key: Object.freeze({ kind: "text", expected: "text", required: true, secret: true, check: pemText })
});
const trustedCertificate: Shape = Object.freeze({ name, certificate });
const revocationList: Shape = Object.freeze({ name, crl: certificate });

const certificates: Shape = Object.freeze({
	own: Object.freeze({ kind: "list", expected: "a list of certificates with their keys", max: limits.OWN_CERTIFICATES, shape: ownCertificate }),
	trusted: Object.freeze({ kind: "list", expected: "a list of certificates", max: limits.TRUSTED_CERTIFICATES, shape: trustedCertificate }),
	revocationLists: Object.freeze({ kind: "list", expected: "a list of revocation lists", max: limits.REVOCATION_LISTS, shape: revocationList })
});

/** The document itself. */
export const documentShape: Shape = Object.freeze({
	version: Object.freeze({ kind: "choice", expected: "", required: true, values: Object.freeze([1]) }),
	gateway: Object.freeze({ kind: "object", expected: "an object", required: true, shape: gatewayShape }),
	certificates: Object.freeze({ kind: "object", expected: "an object", shape: certificates }),
	peers: Object.freeze({ kind: "list", expected: "a list of peers", max: limits.PEERS, shape: peerShape })
});

/** Encryptions that authenticate by themselves. */
export function authenticatesItself(encryption: string): boolean {
	return encryption.endsWith("-gcm-16");
}

/** Every field name of the document, without repetition. */
export function fieldNames(): readonly string[] {
	const names: string[] = [];
	const shapes: Shape[] = [documentShape];
	for (let i = 0; i < shapes.length; i++) {
		const shape = shapes[i] as Shape;
		const own = Object.keys(shape);
		for (let j = 0; j < own.length; j++) {
			const name = own[j] as string;
			const inner = shape[name]?.shape;
			if (!names.includes(name))
				names.push(name);
			if (inner !== undefined && !shapes.includes(inner))
				shapes.push(inner);
		}
	}
	return names;
}

/** Whether a value of a choice is one on this unit: of ciphers, its crypto library may lack some. */
export function isPossible(field: Field, value: string | number): boolean {
	return field.cipher === undefined || isOffered(value as EncryptionName);
}

/** What `list` says of `value`. */
export function noteOf(list: Notes | undefined, value: unknown): string | undefined {
	for (let i = 0; list !== undefined && i < list.length; i++) {
		const note = list[i] as Notes[number];
		if (note[0] === value)
			return note[1];
	}
	return undefined;
}

function notes(list: (readonly [string | number, string])[]): Notes {
	for (let i = 0; i < list.length; i++)
		Object.freeze(list[i]);
	return Object.freeze(list);
}

function syslogAddress(text: string): string | undefined {
	return text === "0.0.0.0" ? "is not an address of a host" : hostAddress(text);
}

function labelOrNothing(text: string): string | undefined {
	return text === "" ? undefined : label(text);
}

function routerAddress(text: string): string | undefined {
	return text === "" ? undefined : hostAddress(text);
}
