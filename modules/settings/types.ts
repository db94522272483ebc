/** The settings document after validation: every default filled in. docs and schema: interfaces of README. */
import type { AuthenticationName, CBCName, DHGroup, EncryptionName, HashName } from "../crypto/types.js";

export type SyslogFacility = "daemon" | "auth" | "local0" | "local1" | "local2" | "local3" | "local4" | "local5" | "local6" | "local7";

/** The DHCP server on the LAN. */
export interface DHCPServerSettings {
	enabled: boolean;
	/** Both there when it is enabled. */
	first?: string;
	last?: string;
	leaseSeconds: number;
	fixed?: { hardwareAddress: string; address: string }[];
}

export interface GatewaySettings {
	name: string;
	/** Firmware only, as all fields that may be absent here but `syslog`. Absent: "static". */
	wanAddressing?: "static" | "dhcp";
	/** With "dhcp" what the lease says; "0.0.0.0": there is none. */
	wanAddress: string;
	/** Absent: 24. */
	wanPrefix?: number;
	/** "" or absent: none. */
	wanRouter?: string;
	/** One or two, "" or absent: those of the lease, if there is one. */
	dnsServers?: string;
	lanAddress: string;
	dhcpServer?: DHCPServerSettings;
	/** An address or a host name, "" or absent: none is asked. */
	timeServer?: string;
	/** A TUN device's name, or `unix:PATH`: LAN packets over a stream socket, each after its length in four bytes, big-endian. */
	tunnelInterface: string;
	ikePort: number;
	natTraversalPort: number;
	/** What is logged of packets; `denied`: what was not accepted. */
	firewallLog: "off" | "denied" | "all";
	http: { address: string; port: number };
	/** Where the log is sent; absent: nowhere. */
	syslog?: { address: string; port: number; facility: SyslogFacility };
	/** `password` as typed, or `passwordHash` as saved: "pbkdf2-sha256$ITERATIONS$SALT-HEX$KEY-HEX". Neither: nobody has chosen one yet. */
	admin: { user: string; password?: string; passwordHash?: string };
}

export interface Identity {
	type: "address" | "fqdn" | "user-fqdn" | "dn" | "key-id";
	value: string;
}

export interface Phase1Proposal {
	encryption: CBCName;
	hash: HashName;
	dhGroup: DHGroup;
}

export type Phase2Proposal =
	| { protocol: "esp"; encryption: EncryptionName; authentication?: AuthenticationName }
	| { protocol: "ah"; authentication: AuthenticationName }
	/** `authentication` is AH's; ESP may have one of its own. */
	| { protocol: "ah+esp"; encryption: EncryptionName; authentication: AuthenticationName; espAuthentication?: AuthenticationName };

export interface ConnectionSettings {
	name: string;
	enabled: boolean;
	order: number;
	localNetwork: string;
	remoteNetwork: string;
	ipProtocol: number;
	localPort: number;
	remotePort: number;
	mode: "tunnel" | "transport";
	phase2Proposals: Phase2Proposal[];
	pfs: DHGroup | "off";
	/** Sequence numbers of 64 bits are offered; of a peer they are taken. */
	extendedSequenceNumbers: boolean;
	/** Bits of HMAC-SHA2-256 that packets carry (T14). */
	sha256Truncation: 96 | 128;
	lifetime: { seconds: number; kilobytes: number };
	start: "on traffic" | "always" | "never";
}

export interface PeerSettings {
	name: string;
	enabled: boolean;
	remoteGateway: string;
	actAs: "initiator and responder" | "initiator" | "responder";
	phase1Mode: "main" | "aggressive";
	authentication: "pre-shared key" | "certificate";
	/** Text, or "0x..." for bytes. */
	preSharedKey?: string;
	ownCertificate?: string;
	localId: Identity;
	/** Absent: any identity whose key is right, for remoteGateway a host's address only. */
	remoteId?: Identity;
	phase1Proposals: Phase1Proposal[];
	phase1Lifetime: number;
	natTraversal: "auto" | "off" | "force";
	deadPeerDetection: { interval: number; timeout: number };
	connections: ConnectionSettings[];
}

/** Texts in PEM; the gateway takes them over when it starts and leaves "" in their place. */
export interface CertificateSettings {
	/** `certificate`: this gateway's own, and those that lead to an authority after it. */
	own: { name: string; certificate: string; key: string }[];
	trusted: { name: string; certificate: string }[];
	revocationLists: { name: string; crl: string }[];
}

export interface Settings {
	version: 1;
	gateway: GatewaySettings;
	certificates: CertificateSettings;
	peers: PeerSettings[];
}

/** One thing wrong (or weak) in a settings document. */
export interface Fault {
	/** Where: `peers[0].remoteGateway`; "" for the document itself. */
	readonly path: string;
	/** What: `"10.0.0.300" is not an IPv4 address`. Value and what was expected; never a secret's value. */
	readonly text: string;
	/** Of what may be only once: the same, told at the other place that has it. */
	readonly twin?: Fault;
}
