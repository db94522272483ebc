/** A connection as strongSwan at the other end is told about it: swanctl.conf, and ipsec.conf of before. docs/interop.md has both. */
import type { Identity, Phase1Proposal, Phase2Proposal } from "../settings/types.js";
import { address, groupName, hashOf, KEY, keyBits, quoted, theirIdentity } from "./sheet-words.js";
import type { Deal, Lines } from "./sheet-words.js";

/** `aes256`, `aes128gcm16`, `3des`. */
function cipher(encryption: string): string {
	const bits = keyBits(encryption);
	if (bits === 0)
		return encryption === "null" ? "null" : "3des";
	return `aes${bits}${encryption.endsWith("-gcm-16") ? "gcm16" : encryption.endsWith("-ctr") ? "ctr" : ""}`;
}

function phase1(proposals: readonly Phase1Proposal[], separator: string): string {
	let text = "";
	for (const { encryption, hash, dhGroup } of proposals)
		text += `${text === "" ? "" : separator}${cipher(encryption)}-${hash}-${groupName(dhGroup)}`;
	return text;
}

/** Those of `protocol`: strongSwan has ESP and AH in settings of their own, and no AH around ESP. */
function phase2(proposals: readonly Phase2Proposal[], protocol: "esp" | "ah", { connection }: Deal, separator: string): string {
	const end = `${connection.pfs === "off" ? "" : `-${groupName(connection.pfs)}`}${connection.extendedSequenceNumbers ? "-esn" : ""}`;
	let text = "";
	for (const proposal of proposals) {
		if (proposal.protocol !== protocol)
			continue;
		const parts = proposal.protocol === "ah" ? hashOf(proposal.authentication) : cipher(proposal.encryption) + (proposal.authentication === undefined ? "" : `-${hashOf(proposal.authentication)}`);
		text += `${text === "" ? "" : separator}${parts}${end}`;
	}
	return text;
}

/** An identity as strongSwan reads it, its type said where the text alone would not tell. */
function identity({ type, value }: Identity): string {
	switch (type) {
		case "fqdn":
			return quoted(`@${value}`);
		case "key-id":
			return quoted(value.startsWith("0x") ? `keyid:#${value.slice(2)}` : `keyid:${value}`);
		default:
			return quoted(value);
	}
}

/** What of a network is meant: `10.2.0.0/24[17/5060]`. */
function selector(network: string, protocol: number, port: number): string {
	return protocol === 0 ? network : `${network}[${protocol}${port === 0 ? "" : `/${port}`}]`;
}

/** Whether the other end begins when it has packets: not when this one alone does. */
function begins({ peer }: Deal): boolean {
	return peer.actAs !== "initiator";
}

/** What of the proposals it does not have. */
function* missing(deal: Deal, comment: string): Lines {
	const { peer, connection } = deal;
	if (peer.phase1Mode === "aggressive" && peer.authentication === "pre-shared key" && peer.actAs !== "responder")
		yield `${comment} to answer in aggressive mode with a key, strongswan.conf needs charon { i_dont_care_about_security_and_use_aggressive_mode_psk = yes }\n`;
	if (connection.phase2Proposals.some(({ protocol }) => protocol === "ah+esp"))
		yield `${comment} left out: AH around ESP, which strongSwan does not negotiate\n`;
}

export function* swanctl(deal: Deal): Lines {
	const { gateway, peer, connection } = deal;
	const { phase2Proposals: proposals, lifetime, ipProtocol } = connection;
	const own = theirIdentity(deal);
	const certificate = peer.authentication === "certificate";
	const esp = phase2(proposals, "esp", deal, ", ");
	const ah = phase2(proposals, "ah", deal, ", ");
	yield* missing(deal, "#");
	yield `connections {\n\tkeygate {\n\t\tversion = 1\n${peer.phase1Mode === "aggressive" ? "\t\taggressive = yes\n" : ""}`;
	if (address(deal) !== "")
		yield `\t\tlocal_addrs = ${address(deal)}\n`;
	yield `\t\tremote_addrs = ${gateway.wanAddress}\n\t\tproposals = ${phase1(peer.phase1Proposals, ", ")}\n\t\treauth_time = ${peer.phase1Lifetime}s\n`;
	if (peer.natTraversal === "force")
		yield "\t\tencap = yes\n";
	if (peer.deadPeerDetection.interval > 0)
		yield `\t\tdpd_delay = ${peer.deadPeerDetection.interval}s\n`;
	yield `\t\tlocal {\n\t\t\tauth = ${certificate ? "pubkey\n\t\t\tcerts = own.pem" : "psk"}\n${own === undefined ? "" : `\t\t\tid = ${identity(own)}\n`}\t\t}\n`;
	yield `\t\tremote {\n\t\t\tauth = ${certificate ? "pubkey" : "psk"}\n\t\t\tid = ${identity(peer.localId)}\n\t\t}\n`;
	yield `\t\tchildren {\n\t\t\tnet {\n\t\t\t\tlocal_ts = ${selector(connection.remoteNetwork, ipProtocol, connection.remotePort)}\n\t\t\t\tremote_ts = ${selector(connection.localNetwork, ipProtocol, connection.localPort)}\n`;
	if (connection.mode === "transport")
		yield "\t\t\t\tmode = transport\n";
	// One of the two: a child of strongSwan has ESP or AH.
	yield esp !== "" ? `\t\t\t\tesp_proposals = ${esp}\n` : ah !== "" ? `\t\t\t\tah_proposals = ${ah}\n` : "";
	if (connection.sha256Truncation === 96)
		yield "\t\t\t\tsha256_96 = yes\n";
	yield lifetime.seconds === 0 ? "\t\t\t\trekey_time = 0\n" : `\t\t\t\trekey_time = ${Math.floor(lifetime.seconds * 0.9)}s\n\t\t\t\tlife_time = ${lifetime.seconds}s\n`;
	if (lifetime.kilobytes > 0)
		yield `\t\t\t\tlife_bytes = ${lifetime.kilobytes * 1000}\n`;
	yield `\t\t\t\tstart_action = ${begins(deal) ? "trap" : "none"}\n\t\t\t}\n\t\t}\n\t}\n}\n`;
	if (!certificate)
		yield `secrets {\n\tike-keygate {\n\t\tid = ${identity(peer.localId)}\n\t\tsecret = "${KEY}"\n\t}\n}\n`;
}

export function* ipsecConf(deal: Deal): Lines {
	const { gateway, peer, connection } = deal;
	const { phase2Proposals: proposals, ipProtocol, lifetime } = connection;
	const own = theirIdentity(deal);
	const certificate = peer.authentication === "certificate";
	const esp = phase2(proposals, "esp", deal, ",");
	yield* missing(deal, "#");
	yield `conn keygate\n\tkeyexchange=ikev1\n${peer.phase1Mode === "aggressive" ? "\taggressive=yes\n" : ""}\tauthby=${certificate ? "rsasig" : "secret"}\n`;
	yield `\tleft=${address(deal) === "" ? "%defaultroute" : address(deal)}\n${own === undefined ? "" : `\tleftid=${identity(own)}\n`}${certificate ? "\tleftcert=own.pem\n" : ""}`;
	yield `\tleftsubnet=${selector(connection.remoteNetwork, ipProtocol, connection.remotePort)}\n\tright=${gateway.wanAddress}\n\trightid=${identity(peer.localId)}\n\trightsubnet=${selector(connection.localNetwork, ipProtocol, connection.localPort)}\n`;
	yield `${connection.mode === "transport" ? "\ttype=transport\n" : ""}\tike=${phase1(peer.phase1Proposals, ",")}!\n${esp !== "" ? `\tesp=${esp}!` : `\tah=${phase2(proposals, "ah", deal, ",")}!`}\n`;
	yield `\tikelifetime=${peer.phase1Lifetime}s\n${lifetime.seconds === 0 ? "" : `\tlifetime=${lifetime.seconds}s\n`}${connection.sha256Truncation === 96 ? "\tsha256_96=yes\n" : ""}`;
	yield `${peer.deadPeerDetection.interval === 0 ? "" : `\tdpdaction=restart\n\tdpddelay=${peer.deadPeerDetection.interval}s\n`}${peer.natTraversal === "force" ? "\tforceencaps=yes\n" : ""}\tauto=${begins(deal) ? "route" : "add"}\n`;
	if (!certificate)
		yield `\n# in ipsec.secrets:\n${own === undefined ? "" : `${identity(own)} `}${identity(peer.localId)} : PSK "${KEY}"\n`;
}
