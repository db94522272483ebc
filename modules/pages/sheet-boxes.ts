/** A connection as routers at the other end are told about it: Cisco IOS, FRITZ!Box, MikroTik RouterOS. docs/interop.md says how sure each is. */
import type { Identity, Phase2Proposal } from "../settings/types.js";
import { address, groupName, hashOf, isDefaultOf, KEY, keyBits, maskOf, theirIdentity } from "./sheet-words.js";
import type { Deal, Lines } from "./sheet-words.js";

const IOS_GROUPS: readonly number[] = Object.freeze([2, 5, 14, 15, 16, 19, 20, 21]);

/** "aes 256", "3des" as IOS has them, with `esp` in front in a transform set. */
function iosCipher(encryption: string): string {
	return encryption === "3des-cbc" ? "3des" : encryption === "null" ? "null" : `aes ${keyBits(encryption)}`;
}

function iosHash(hash: string): string {
	return hash === "sha1" ? "sha" : hash;
}

/** The transforms of a proposal; "" for what IOS does not have in IKEv1. */
function iosTransforms(proposal: Phase2Proposal): string {
	if (proposal.protocol === "ah")
		return ` ah-${iosHash(hashOf(proposal.authentication))}-hmac`;
	if (!proposal.encryption.endsWith("-cbc") && proposal.encryption !== "null")
		return "";
	const own = proposal.protocol === "ah+esp" ? proposal.espAuthentication : proposal.authentication;
	return `${proposal.protocol === "ah+esp" ? ` ah-${iosHash(hashOf(proposal.authentication))}-hmac` : ""} esp-${iosCipher(proposal.encryption)}${own === undefined ? "" : ` esp-${iosHash(hashOf(own))}-hmac`}`;
}

/** One end of a line of the access list; undefined for a range, which has no wildcard. */
function iosNetwork(network: string, port: number): string | undefined {
	const mask = maskOf(network);
	if (mask === undefined)
		return undefined;
	const place = mask.prefix === 0 ? "any" : mask.prefix === 32 ? `host ${mask.address}` : `${mask.address} ${mask.wildcard}`;
	return port === 0 ? place : `${place} eq ${port}`;
}

export function* cisco(deal: Deal): Lines {
	const { gateway, peer, connection } = deal;
	const certificate = peer.authentication === "certificate";
	for (let i = 0; i < peer.phase1Proposals.length; i++) {
		const { encryption, hash, dhGroup } = peer.phase1Proposals[i]!;
		if (!IOS_GROUPS.includes(dhGroup))
			yield `! left out: group ${dhGroup}, which IOS does not have\n`;
		else
			yield `crypto isakmp policy ${10 * (i + 1)}\n encryption ${iosCipher(encryption)}\n hash ${iosHash(hash)}\n authentication ${certificate ? "rsa-sig" : "pre-share"}\n group ${dhGroup}\n lifetime ${Math.min(peer.phase1Lifetime, 86400)}\n`;
	}
	yield certificate ? "! a trustpoint with this router\u2019s certificate: crypto pki trustpoint\n" : `crypto isakmp key ${KEY} address ${gateway.wanAddress}\n`;
	yield* iosIdentities(deal);
	if (peer.deadPeerDetection.interval > 0)
		yield `crypto isakmp keepalive ${Math.max(10, peer.deadPeerDetection.interval)} 10 periodic\n`;
	let sets = "";
	for (const proposal of connection.phase2Proposals) {
		const transforms = iosTransforms(proposal);
		if (transforms === "") {
			yield `! left out: ${"encryption" in proposal ? proposal.encryption : ""}, which IOS does not have with IKEv1\n`;
			continue;
		}
		const set = `KEYGATE${sets === "" ? "" : sets.split(" ").length}`;
		sets += ` ${set}`;
		yield `crypto ipsec transform-set ${set}${transforms}\n mode ${connection.mode}\n`;
	}
	if (sets === "")
		yield "! none of the proposals is one of IOS: the connection needs one with AES-CBC and an HMAC\n";
	const here = iosNetwork(connection.remoteNetwork, connection.remotePort);
	const there = iosNetwork(connection.localNetwork, connection.localPort);
	const protocol = connection.ipProtocol;
	yield here === undefined || there === undefined ? "! an access list has no ranges: the connection needs networks with a prefix\n"
		: `ip access-list extended KEYGATE\n permit ${protocol === 0 ? "ip" : protocol === 6 ? "tcp" : protocol === 17 ? "udp" : protocol} ${here} ${there}\n`;
	yield `crypto map KEYGATE 10 ipsec-isakmp\n set peer ${gateway.wanAddress}\n set transform-set${sets}\n${connection.pfs === "off" ? "" : ` set pfs group${connection.pfs}\n`}`;
	if (connection.lifetime.seconds > 0)
		yield ` set security-association lifetime seconds ${Math.max(120, connection.lifetime.seconds)}\n`;
	yield " match address KEYGATE\ninterface THE-WAN-INTERFACE\n crypto map KEYGATE\n";
}

function* iosIdentities(deal: Deal): Lines {
	const own = theirIdentity(deal);
	if (own?.type === "fqdn")
		yield `crypto isakmp identity hostname\n! this router has to say that it is ${own.value} (its hostname and ip domain name)\n`;
	else if (own?.type === "dn")
		yield `crypto isakmp identity dn\n! this router has to say that it is ${own.value}\n`;
	else if (own !== undefined && own.type !== "address")
		yield `! this router has to say that it is ${own.value} (self-identity of a crypto isakmp profile)\n`;
	if (!isDefaultOf(deal.peer.localId, deal.gateway.wanAddress))
		yield `! the other gateway says that it is ${deal.peer.localId.value} (match identity of a crypto isakmp profile)\n`;
	if (deal.peer.phase1Mode === "aggressive")
		yield "! aggressive mode: initiate mode aggressive, in a crypto isakmp profile\n";
}

function fritzIdentity(identity: Identity): string {
	switch (identity.type) {
		case "address":
			return `ipaddr = ${identity.value};`;
		case "fqdn":
			return `fqdn = "${identity.value}";`;
		case "user-fqdn":
			return `user_fqdn = "${fritzText(identity.value)}";`;
		default:
			return `key_id = "${fritzText(identity.value)}";`;
	}
}

/** Without what could end it. */
function fritzText(text: string): string {
	return text.split("\"").join("").split("\\").join("");
}

/** Proposals that a FRITZ!Box can agree to in phase 2: AES in CBC mode with SHA-512 or SHA-1. */
export function fritzAgrees({ connection }: Deal): boolean {
	return connection.phase2Proposals.some((proposal) => proposal.protocol === "esp" && proposal.encryption.startsWith("aes-") && (proposal.authentication === "hmac-sha512-256" || proposal.authentication === "hmac-sha1-96"));
}

export function* fritzBox(deal: Deal): Lines {
	const { gateway, peer, connection } = deal;
	const own = theirIdentity(deal);
	const here = maskOf(connection.remoteNetwork);
	const there = maskOf(connection.localNetwork);
	if (here === undefined || there === undefined || connection.ipProtocol !== 0 || connection.mode !== "tunnel" || peer.authentication === "certificate") {
		yield "// a FRITZ!Box connects whole networks, with a shared key: this connection has a range, a protocol, transport mode or certificates\n";
		return;
	}
	yield `vpncfg {\n\tconnections {\n\t\tenabled = yes;\n\t\tconn_type = conntype_lan;\n\t\tname = "keygate";\n\t\talways_renew = ${peer.actAs === "initiator" ? "no" : "yes"};\n\t\treject_not_encrypted = no;\n\t\tdont_filter_netbios = yes;\n`;
	yield `\t\tlocalip = 0.0.0.0;\n\t\tlocal_virtualip = 0.0.0.0;\n\t\tremoteip = ${gateway.wanAddress};\n\t\tremote_virtualip = 0.0.0.0;\n`;
	if (own !== undefined)
		yield `\t\tlocalid { ${fritzIdentity(own)} }\n`;
	yield `\t\tremoteid { ${fritzIdentity(peer.localId)} }\n\t\tmode = phase1_mode_${peer.phase1Mode === "aggressive" ? "aggressive" : "idp"};\n\t\tphase1ss = "all/all/all";\n\t\tkeytype = connkeytype_pre_shared;\n\t\tkey = "${KEY}";\n`;
	yield `\t\tcert_do_server_auth = no;\n\t\tuse_nat_t = ${peer.natTraversal === "off" ? "no" : "yes"};\n\t\tuse_xauth = no;\n\t\tuse_cfgmode = no;\n\t\tphase2localid { ipnet { ipaddr = ${here.address}; mask = ${here.mask}; } }\n\t\tphase2remoteid { ipnet { ipaddr = ${there.address}; mask = ${there.mask}; } }\n`;
	yield `\t\tphase2ss = "esp-all-all/ah-none/comp-all/${connection.pfs === "off" ? "no-pfs" : "pfs"}";\n\t\taccesslist = "permit ip any ${there.address} ${there.mask}";\n\t}\n\tike_forward_rules = "udp 0.0.0.0:500 0.0.0.0:500", "udp 0.0.0.0:4500 0.0.0.0:4500";\n}\n`;
}

/** What RouterOS calls a cipher of phase 2; "" for what it does not have. */
function mikrotikCipher(encryption: string): string {
	const bits = keyBits(encryption);
	return bits === 0 ? encryption === "null" ? "null" : "3des" : `aes-${bits}-${encryption.endsWith("-gcm-16") ? "gcm" : encryption.endsWith("-ctr") ? "ctr" : "cbc"}`;
}

function mikrotikGroup(group: number | string): string {
	return group === "off" ? "none" : group === 31 ? "x25519" : groupName(group);
}

function add(list: string, item: string): string {
	return item === "" || list.split(",").includes(item) ? list : list === "" ? item : `${list},${item}`;
}

function mikrotikIdentity({ type, value }: Identity): string {
	return type === "address" ? `address:${value}` : type === "fqdn" ? `fqdn:${value}` : `${type}:${mikrotikText(value)}`;
}

const WORD = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_@+";

/** A word as it is; any other text in quotes, with what would end it or be worked out in it by its number. */
function mikrotikText(text: string): string {
	let result = "";
	let isWord = true;
	for (const c of text) {
		isWord &&= WORD.includes(c);
		result += "\"\\$?".includes(c) ? `\\${c.charCodeAt(0).toString(16).toUpperCase()}` : c;
	}
	return isWord ? text : `"${result}"`;
}

export function* mikrotik(deal: Deal): Lines {
	const { gateway, peer, connection } = deal;
	const own = theirIdentity(deal);
	const here = maskOf(connection.remoteNetwork);
	const there = maskOf(connection.localNetwork);
	let ciphers = "";
	let groups = "";
	const { hash } = peer.phase1Proposals[0]!;
	for (const proposal of peer.phase1Proposals) {
		// A profile has one hash: that of the proposal that is preferred here.
		if (proposal.hash !== hash)
			continue;
		ciphers = add(ciphers, proposal.encryption === "3des-cbc" ? "3des" : `aes-${keyBits(proposal.encryption)}`);
		groups = add(groups, mikrotikGroup(proposal.dhGroup));
	}
	let encryptions = "";
	let authentications = "";
	let ah = true;
	for (const proposal of connection.phase2Proposals) {
		ah &&= proposal.protocol === "ah";
		if (proposal.protocol !== "ah")
			encryptions = add(encryptions, mikrotikCipher(proposal.encryption));
		authentications = add(authentications, proposal.authentication === undefined ? "" : hashOf(proposal.authentication));
	}
	if (here === undefined || there === undefined) {
		yield "# a policy of RouterOS has networks with a prefix: this connection has a range\n";
		return;
	}
	yield `/ip ipsec profile add name=keygate enc-algorithm=${ciphers} hash-algorithm=${hash} dh-group=${groups} lifetime=${peer.phase1Lifetime}s nat-traversal=${peer.natTraversal === "off" ? "no" : "yes"}${peer.deadPeerDetection.interval === 0 ? "" : ` dpd-interval=${peer.deadPeerDetection.interval}s dpd-maximum-failures=4`}\n`;
	yield `/ip ipsec proposal add name=keygate${encryptions === "" ? "" : ` enc-algorithms=${encryptions}`}${authentications === "" ? "" : ` auth-algorithms=${authentications}`} pfs-group=${mikrotikGroup(connection.pfs)} lifetime=${connection.lifetime.seconds}s\n`;
	yield `/ip ipsec peer add name=keygate address=${gateway.wanAddress}/32${maskOf(address(deal)) === undefined ? "" : ` local-address=${address(deal)}`} exchange-mode=${peer.phase1Mode} profile=keygate${peer.actAs === "initiator" ? " passive=yes" : ""}\n`;
	yield `/ip ipsec identity add peer=keygate ${peer.authentication === "certificate" ? "auth-method=digital-signature certificate=OWN-CERTIFICATE" : `auth-method=pre-shared-key secret="${KEY}"`}${own === undefined ? "" : ` my-id=${mikrotikIdentity(own)}`} remote-id=${mikrotikIdentity(peer.localId)}\n`;
	yield `/ip ipsec policy add peer=keygate tunnel=${connection.mode === "tunnel" ? "yes" : "no"} src-address=${here.address}/${here.prefix}${port("src", connection.remotePort)} dst-address=${there.address}/${there.prefix}${port("dst", connection.localPort)}${connection.ipProtocol === 0 ? "" : ` protocol=${connection.ipProtocol}`}${ah ? " ipsec-protocols=ah" : ""} proposal=keygate\n`;
	yield `/ip firewall nat add chain=srcnat action=accept src-address=${here.address}/${here.prefix} dst-address=${there.address}/${there.prefix} place-before=0\n`;
}

function port(end: string, value: number): string {
	return value === 0 ? "" : ` ${end}-port=${value}`;
}
