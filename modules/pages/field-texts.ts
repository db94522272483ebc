/** What the fields of peers and connections are called on their pages, what they mean, and what the other end calls them. */

/** Path of the field below its peer or connection; label; a sentence or two; names at the other end. All HTML. */
export type FieldText = readonly [string, string, string, string];

function texts(list: FieldText[]): readonly FieldText[] {
	for (const one of list)
		Object.freeze(one);
	return Object.freeze(list);
}

export const PEER_TEXTS = texts([
	["name", "Name", "What pages, logs and the console call this peer.", ""],
	["enabled", "Switched on", "When off, nothing is negotiated with this peer, nor answered.", ""],
	["remoteGateway", "Remote gateway", "The peer\u2019s global IPv4 address or host name. 0.0.0.0: any address; such a peer can only be answered.",
		"its own address: <code>local_addrs</code> (strongSwan); this unit\u2019s address is its <code>remote_addrs</code>, <code>set peer</code> (Cisco), <code>remoteip</code> (FRITZ!Box)"],
	["actAs", "Act as", "Who may begin. With both, the end that has the first packet for the tunnel does.", "<code>start_action</code> (strongSwan), <code>passive</code> (MikroTik)"],
	["authentication", "Authentication", "How both ends prove who they are; the same at both.", "<code>auth = psk</code> or <code>pubkey</code> (strongSwan), <code>authentication pre-share</code> or <code>rsa-sig</code> (Cisco)"],
	["preSharedKey", "Pre-shared key", "The same text at both ends, or 0x and hexadecimal digits for bytes. Long and random: nobody has to remember it. It is stored and never shown again.",
		"<code>secret</code> (strongSwan), <code>crypto isakmp key</code> (Cisco), <code>key</code> (FRITZ!Box)"],
	["ownCertificate", "Own certificate", "With authentication by certificate: which of this unit\u2019s certificates it shows.", "its authority has to be trusted there: <code>cacerts</code> (strongSwan), <code>trustpoint</code> (Cisco)"],
	["localId", "Own identity", "Who this unit says it is. Left to itself it is the WAN address, or the subject of its certificate. The type counts, not the text alone.",
		"<code>remote { id }</code> (strongSwan), <code>match identity</code> (Cisco), <code>remoteid</code> (FRITZ!Box)"],
	["localId.type", "Type", "", ""],
	["localId.value", "Identity", "", ""],
	["remoteId", "Peer\u2019s identity", "Who the peer must say it is. Left open: whoever has the key, or any certificate of a trusted authority.",
		"<code>local { id }</code> (strongSwan), <code>self-identity</code> (Cisco), <code>localid</code> (FRITZ!Box)"],
	["remoteId.type", "Type", "", ""],
	["remoteId.value", "Identity", "", ""],
	["phase1Mode", "Mode", "The same at both ends. Main mode hides the identities. Aggressive mode with a pre-shared key gives a hash of the key to anyone who asks: only for peers that have nothing else.",
		"<code>aggressive</code> (strongSwan), <code>initiate mode</code> (Cisco), <code>phase1_mode_idp</code> or <code>_aggressive</code> (FRITZ!Box)"],
	["phase1Proposals", "Proposals", "Combinations of algorithms that are acceptable, the first is preferred. One of them must be acceptable to the peer.",
		"<code>proposals</code> (strongSwan), <code>crypto isakmp policy</code> (Cisco), <code>phase1ss</code> (FRITZ!Box)"],
	["phase1Proposals.encryption", "Encryption", "", ""],
	["phase1Proposals.hash", "Hash", "", ""],
	["phase1Proposals.dhGroup", "Group", "", ""],
	["phase1Lifetime", "Life time (s)", "Seconds until the key tunnel is renewed. The shorter one of both ends counts.", "<code>reauth_time</code> (strongSwan), <code>lifetime</code> of the policy (Cisco)"],
	["natTraversal", "NAT traversal", "Carries the packets in UDP: when a NAT is found on the way, never, or always.", "<code>encap = yes</code> for always (strongSwan), <code>use_nat_t</code> (FRITZ!Box)"],
	["deadPeerDetection", "Dead peer detection", "A peer that is silent for the interval is asked whether it is there, and counts as dead after the timeout.", "<code>dpd_delay</code> (strongSwan), <code>crypto isakmp keepalive</code> (Cisco)"],
	["deadPeerDetection.interval", "Interval (s)", "0: it is never asked.", ""],
	["deadPeerDetection.timeout", "Timeout (s)", "More than the interval.", ""],
]);

export const CONNECTION_TEXTS = texts([
	["name", "Name", "What pages, logs and the console call this connection.", ""],
	["enabled", "Switched on", "When off, its packets are dropped, never sent in the clear.", ""],
	["order", "Order", "A packet belongs to the first connection that fits, of all peers\u2019 connections in this order. Empty: after all others.", "order of the lines in the access list (Cisco)"],
	["localNetwork", "Local network", "What of this side may use the tunnel: 10.1.0.0/24, one address, or 10.1.0.1-10.1.0.9.", "its remote network: <code>remote_ts</code> (strongSwan), destination in the access list (Cisco), <code>phase2remoteid</code> (FRITZ!Box)"],
	["remoteNetwork", "Remote network", "What of the peer\u2019s side it leads to. 0.0.0.0/0: everything.", "its local network: <code>local_ts</code> (strongSwan), source in the access list (Cisco), <code>phase2localid</code> (FRITZ!Box)"],
	["ipProtocol", "IP protocol", "Only packets of this protocol: 6 is TCP, 17 is UDP, 1 is ICMP. 0: any.", "<code>[tcp/80]</code> after the network (strongSwan)"],
	["localPort", "Local port", "With TCP or UDP: only this port of this side. 0: any.", ""],
	["remotePort", "Remote port", "With TCP or UDP: only this port of the peer\u2019s side. 0: any.", ""],
	["mode", "Mode", "Tunnel: between networks. Transport: between the two gateways themselves, whose addresses are then the networks.", "<code>mode</code> (strongSwan, Cisco)"],
	["phase2Proposals", "Proposals", "Combinations that are acceptable, the first is preferred. GCM authenticates by itself; the other encryptions need an authentication.",
		"<code>esp_proposals</code> (strongSwan), <code>transform-set</code> (Cisco), <code>phase2ss</code> (FRITZ!Box)"],
	["phase2Proposals.protocol", "Protocol", "", ""],
	["phase2Proposals.encryption", "Encryption", "", ""],
	["phase2Proposals.authentication", "Authentication", "", ""],
	["phase2Proposals.espAuthentication", "ESP\u2019s own in AH", "", ""],
	["pfs", "Perfect forward secrecy", "Group of the fresh key agreement for each traffic tunnel; the same at both ends, or off at both.",
		"the group in <code>esp_proposals</code> (strongSwan), <code>set pfs</code> (Cisco), <code>/pfs</code> in <code>phase2ss</code> (FRITZ!Box)"],
	["extendedSequenceNumbers", "64-bit sequence numbers", "Offers them, for tunnels with very many packets. When the peer offers them they are always taken.", "<code>esn</code> in <code>esp_proposals</code> (strongSwan)"],
	["sha256Truncation", "Bits of HMAC-SHA-256", "96 only for old peers that send so. With the wrong one the tunnel comes up and every packet fails.", "<code>sha256_96</code> (strongSwan), <code>sha2-truncbug</code> (libreswan)"],
	["lifetime", "Life time", "Of a traffic tunnel; it is renewed shortly before. The shorter one of both ends counts.", "<code>life_time</code>, <code>life_bytes</code> (strongSwan), <code>set security-association lifetime</code> (Cisco)"],
	["lifetime.seconds", "Seconds", "0: no such limit.", ""],
	["lifetime.kilobytes", "Kilobytes", "0: no such limit.", ""],
	["start", "Start", "When to negotiate: with the first packet, at once and again whenever it is lost, or only when the peer or a command wants it.", "<code>start_action</code> (strongSwan), <code>always_renew</code> (FRITZ!Box)"],
]);

const GROUPS: readonly (readonly [string, string])[] = Object.freeze([
	Object.freeze(["2", "MODP 1024"] as const), Object.freeze(["5", "MODP 1536"] as const), Object.freeze(["14", "MODP 2048"] as const), Object.freeze(["15", "MODP 3072"] as const),
	Object.freeze(["16", "MODP 4096"] as const), Object.freeze(["17", "MODP 6144"] as const), Object.freeze(["18", "MODP 8192"] as const), Object.freeze(["19", "ECP 256"] as const),
	Object.freeze(["20", "ECP 384"] as const), Object.freeze(["21", "ECP 521"] as const), Object.freeze(["31", "Curve25519"] as const),
]);

/** What stands for nothing in a choice that may be left open, by the field's path. */
const NOTHING: readonly (readonly [string, string])[] = Object.freeze([
	Object.freeze(["localId.type", "automatic"] as const), Object.freeze(["remoteId.type", "any"] as const), Object.freeze(["ownCertificate", "none"] as const),
	Object.freeze(["phase1Proposals.encryption", "not used"] as const), Object.freeze(["phase2Proposals.protocol", "not used"] as const),
]);

function find(list: readonly (readonly [string, string])[], key: string): string | undefined {
	for (const [each, text] of list) {
		if (each === key)
			return text;
	}
	return undefined;
}

export function textsOf(list: readonly FieldText[], path: string): FieldText | undefined {
	for (const one of list) {
		if (one[0] === path)
			return one;
	}
	return undefined;
}

/** A value of a choice as it is shown: groups with their names. */
export function optionText(path: string, value: string | number): string {
	if (path === "pfs" || path === "phase1Proposals.dhGroup") {
		const group = find(GROUPS, String(value));
		return group === undefined ? String(value) : `${value}: ${group}`;
	}
	return String(value);
}

/** What the empty value of a choice is called. */
export function nothingText(path: string): string {
	return find(NOTHING, path) ?? "none";
}
