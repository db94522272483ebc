/** What several fields of the settings must agree on, and the defaults that follow from other fields. */
import { netmask, parseAddress, parseNetwork } from "../addresses.js";
import { CONNECTIONS, PROBES } from "../limits.js";
import { quoted } from "../log/printable.js";
import { checkCertificatePeer, checkCertificates, type DraftCertificates } from "./certificates.js";
import { defaultIdentity, defaultPhase1Proposals, defaultPhase2Proposals } from "./defaults.js";
import { distinguishedNameText, fqdn, hostAddress, keyID, userAtDomain } from "./forms.js";
import { checkNetwork, dropForeign, NO_ADDRESS } from "./network.js";
import type { Report } from "./report.js";
import { authenticatesItself, ORDERS } from "./schema.js";
import { checkSelectors } from "./selectors.js";
import { shareEqualParts } from "./sharing.js";
import type { CertificateSettings, ConnectionSettings, DHCPServerSettings, GatewaySettings, Identity, PeerSettings, Phase1Proposal, Settings } from "./types.js";

/** The document after its fields were read one by one: what was absent or wrong is not there. */
type Partially<T> = { -readonly [K in keyof T]?: T[K] | undefined };
export type DraftDHCPServer = Partially<Omit<DHCPServerSettings, "fixed">> & { fixed?: { hardwareAddress?: string; address?: string }[] };
type DraftProposal = { protocol?: string; encryption?: string; authentication?: string; espAuthentication?: string };
type DraftConnection = Partially<Omit<ConnectionSettings, "phase2Proposals">> & { phase2Proposals?: DraftProposal[] };
type DraftPeer = Partially<Omit<PeerSettings, "connections" | "phase1Proposals">> & { phase1Proposals?: Partially<Phase1Proposal>[]; connections?: DraftConnection[] };
export type DraftGateway = Partially<Omit<GatewaySettings, "http" | "admin" | "dhcpServer">> & { dhcpServer?: DraftDHCPServer; http?: Partially<GatewaySettings["http"]>; admin?: Partially<GatewaySettings["admin"]> };
export interface Draft {
	gateway?: DraftGateway;
	certificates?: DraftCertificates;
	peers?: DraftPeer[];
}

/** Below this many characters (or bytes) a pre-shared key can be guessed by who saw or took part in an exchange. */
const SHORT_KEY = 16;
/** The same where whoever asks is given a hash to try keys on (F01). */
const LONG_KEY = 24;
const SHORT_PASSWORD = 8;
/** Seconds under which an SA is renewed more often than a peer will like, and may be over before its successor is there. */
const SHORT_LIFETIME = 10;
/** Kilobytes that a fast line carries before a new SA is negotiated. */
const SHORT_KILOBYTES = 1024;

export function checkConsistency(report: Report, draft: Draft, time: number): void {
	if (draft.gateway !== undefined)
		checkGateway(report, draft.gateway);
	const certificates = draft.certificates ?? {};
	checkCertificates(report, certificates, time);
	for (const list of ["own", "trusted", "revocationLists"] as const)
		checkNames(report, certificates[list] ?? [], `certificates.${list}`);
	const peers = draft.peers ?? [];
	checkSyslog(report, draft.gateway?.syslog?.address, draft.gateway?.lanAddress, peers);
	for (let i = 0; i < peers.length; i++)
		if (peers[i]?.authentication === "certificate")
			checkCertificatePeer(report, peers[i] as DraftPeer, `peers[${i}]`, certificates);
	for (let i = 0; i < peers.length; i++)
		checkPeer(report, peers[i] as DraftPeer, `peers[${i}]`, draft.gateway ?? {});
	checkTwins(report, peers);
	checkSelectors(report, peers);
	checkNames(report, peers, "peers");
	for (let i = 0; i < peers.length; i++)
		checkNames(report, peers[i]?.connections ?? [], `peers[${i}].connections`);
	checkOrders(report, peers);
}

function checkGateway(report: Report, gateway: DraftGateway): void {
	checkNetwork(report, gateway);
	if (gateway.ikePort !== undefined && gateway.ikePort === gateway.natTraversalPort)
		report.fault("gateway.natTraversalPort", `${gateway.natTraversalPort} is ikePort too: expected another port`);
	const address = gateway.http?.address;
	if (address !== undefined && (address === "0.0.0.0" || address === gateway.wanAddress && !address.startsWith("127.")))
		report.warn("gateway.http.address", `${quoted(address)} shows the pages to the WAN: the LAN address is meant here`);
	// Present but wrong was reported where it stands.
	const admin = gateway.admin;
	if (admin === undefined ? !("admin" in gateway) : !("password" in admin) && !("passwordHash" in admin))
		report.warn("gateway.admin.password", "is missing: whoever opens the pages first is asked for one, and nothing else is shown before");
	else if (admin?.password !== undefined && admin.passwordHash !== undefined)
		report.fault("gateway.admin.passwordHash", "is given together with password: expected one of them");
	else if (admin?.password !== undefined && admin.password.length < SHORT_PASSWORD)
		report.warn("gateway.admin.password", `is short: ${SHORT_PASSWORD} characters or more are harder to guess`);
}

/** A server that is reached through a tunnel: what is logged of that tunnel cannot be sent before it is up. */
function checkSyslog(report: Report, text: string | undefined, lanAddress: string | undefined, peers: readonly DraftPeer[]): void {
	const address = text === undefined ? undefined : parseAddress(text);
	if (address === undefined || isWithin(address, lanAddress))
		return;
	for (let i = 0; i < peers.length; i++) {
		const connections = peers[i]?.connections ?? [];
		for (let j = 0; j < connections.length; j++) {
			if (connections[j]?.mode === "tunnel" && isWithin(address, connections[j]?.remoteNetwork))
				return report.warn("gateway.syslog.address", `${quoted(text!)} is behind the tunnel peers[${i}].connections[${j}]: entries are sent only while it is up`);
		}
	}
}

/** `network` as settings have it, or an address with the prefix length of its network. */
function isWithin(address: number, network: string | undefined): boolean {
	const slash = network?.indexOf("/") ?? -1;
	const prefix = slash < 0 ? 32 : Number(network!.slice(slash + 1));
	const own = slash < 0 ? undefined : parseAddress(network!.slice(0, slash));
	if (own !== undefined && prefix >= 0 && prefix <= 32)
		return ((address ^ own) & netmask(prefix)) === 0;
	const range = network === undefined ? undefined : parseNetwork(network);
	return range !== undefined && address >= range.first && address <= range.last;
}

function checkPeer(report: Report, peer: DraftPeer, path: string, gateway: DraftGateway): void {
	const { wanAddress } = gateway;
	const anyAddress = peer.remoteGateway === "0.0.0.0";
	// That of a lease comes and goes, and is none at first.
	const isLearned = report.firmware && gateway.wanAddressing === "dhcp";
	if (peer.remoteGateway !== undefined && peer.remoteGateway === wanAddress && !isLearned)
		report.fault(`${path}.remoteGateway`, `${quoted(peer.remoteGateway)} is this gateway's own wanAddress`);
	if (anyAddress && peer.actAs === "initiator")
		report.fault(`${path}.actAs`, "\"initiator\" needs an address to send to, remoteGateway is \"0.0.0.0\": expected \"responder\"");
	else if (anyAddress && peer.actAs === "initiator and responder")
		report.warn(`${path}.actAs`, "\"initiator and responder\" has no address to send to, remoteGateway is \"0.0.0.0\": acts as \"responder\"");
	checkKey(report, peer, path);
	checkIdentity(report, peer.localId, `${path}.localId`);
	checkIdentity(report, peer.remoteId, `${path}.remoteId`);
	checkLiveness(report, peer.deadPeerDetection ?? {}, `${path}.deadPeerDetection`);
	if (peer.phase1Mode === "aggressive") {
		if (peer.authentication === "pre-shared key")
			// F01
			report.warn(`${path}.phase1Mode`, "\"aggressive\" with a pre-shared key gives a hash of the key to anyone who asks or listens, and shows the identities: use main mode where the peer can");
		if (peer.actAs !== "responder" && !anyAddress)
			checkAggressiveGroups(report, peer.phase1Proposals ?? [], path);
	}
	const connections = peer.connections ?? [];
	for (let i = 0; i < connections.length; i++)
		checkConnection(report, connections[i] as DraftConnection, `${path}.connections[${i}]`, peer, gateway);
}

/** The timeout counts from the last sign of life, as the interval does. */
function checkLiveness(report: Report, { interval, timeout }: Partially<PeerSettings["deadPeerDetection"]>, path: string): void {
	if (interval !== 0 && timeout === 0)
		report.fault(`${path}.timeout`, "0 is for an interval of 0, which switches it off: expected a number of seconds larger than the interval");
	else if (interval !== undefined && interval > 0 && timeout !== undefined && timeout <= interval)
		report.warn(`${path}.timeout`, `${timeout} is not longer than the interval of ${interval}: the peer is asked ${PROBES} times within ${PROBES} seconds, and then counts as dead`);
}

function checkKey(report: Report, peer: DraftPeer, path: string): void {
	if (peer.authentication !== "pre-shared key")
		return;
	// Present but wrong was reported where it stands.
	if (!("preSharedKey" in peer)) {
		// A peer that is switched off can wait for it.
		if (peer.enabled === false)
			report.warn(`${path}.preSharedKey`, "is missing: the peer cannot be switched on without");
		else
			report.fault(`${path}.preSharedKey`, "is missing: authentication is \"pre-shared key\"");
		return;
	}
	const key = peer.preSharedKey;
	if (key === undefined)
		return;
	if (key.trim() !== key)
		report.warn(`${path}.preSharedKey`, "begins or ends with a space, which counts: expected it in the peer's, too");
	const size = key.startsWith("0x") ? (key.length - 2) / 2 : key.length;
	const aggressive = peer.phase1Mode === "aggressive";
	if (size < SHORT_KEY)
		report.warn(`${path}.preSharedKey`, aggressive ? `is short, and aggressive mode lets anyone who asks try keys at home: ${LONG_KEY} random characters or more resist that`
			: `is short: ${SHORT_KEY} random characters or more resist guessing`);
	else if (aggressive && size < LONG_KEY)
		report.warn(`${path}.preSharedKey`, `aggressive mode lets anyone who asks try keys at home: ${LONG_KEY} random characters or more resist that`);
}

function checkIdentity(report: Report, identity: Partially<Identity> | undefined, path: string): void {
	const value = identity?.value;
	if (value === undefined)
		return;
	const wrong = wrongIdentity(identity?.type, value);
	if (wrong !== undefined)
		report.fault(`${path}.value`, `${quoted(value)} ${wrong}`);
}

function wrongIdentity(type: Identity["type"] | undefined, value: string): string | undefined {
	switch (type) {
		case "address": return hostAddress(value);
		case "fqdn": return fqdn(value);
		case "user-fqdn": return userAtDomain(value);
		case "key-id": return keyID(value);
		case "dn": return distinguishedNameText(value);
		default: return undefined;
	}
}

/** T05: message 1 of aggressive mode carries a public value, so its group is decided before anything is negotiated. */
function checkAggressiveGroups(report: Report, proposals: readonly Partially<Phase1Proposal>[], path: string): void {
	const first = proposals[0]?.dhGroup;
	for (let i = 1; i < proposals.length; i++) {
		const group = proposals[i]?.dhGroup;
		if (first !== undefined && group !== undefined && group !== first)
			report.fault(`${path}.phase1Proposals[${i}].dhGroup`, `${group} differs from the first proposal's ${first}: aggressive mode needs the same group in all`);
	}
}

function checkConnection(report: Report, connection: DraftConnection, path: string, peer: DraftPeer, gateway: DraftGateway): void {
	if (connection.start === "always") {
		if (peer.remoteGateway === "0.0.0.0")
			report.fault(`${path}.start`, "\"always\" needs an address to send to, remoteGateway is \"0.0.0.0\": expected \"on traffic\" or \"never\"");
		else if (peer.actAs === "responder")
			report.fault(`${path}.start`, "\"always\" needs a gateway that may initiate, actAs is \"responder\": expected \"on traffic\" or \"never\"");
	}
	const protocol = connection.ipProtocol;
	if (protocol !== undefined && protocol !== 6 && protocol !== 17 && protocol !== 132) {
		checkPort(report, connection.localPort, `${path}.localPort`, protocol);
		checkPort(report, connection.remotePort, `${path}.remotePort`, protocol);
	}
	const seconds = connection.lifetime?.seconds;
	if (seconds !== undefined && seconds > 0 && seconds < SHORT_LIFETIME)
		report.fault(`${path}.lifetime.seconds`, `${seconds} is out of range: expected 0 (no limit) or at least ${SHORT_LIFETIME} seconds`);
	const kilobytes = connection.lifetime?.kilobytes ?? 0;
	if (kilobytes > 0 && kilobytes < SHORT_KILOBYTES)
		report.warn(`${path}.lifetime.kilobytes`, `${kilobytes} may be over before new keys are there, and packets are dropped then: expected 0 (no limit) or at least ${SHORT_KILOBYTES}`);
	if (seconds === 0 && connection.lifetime?.kilobytes === 0)
		report.warn(`${path}.lifetime`, "has no limit: keys are renewed only when sequence numbers run out");
	const proposals = connection.phase2Proposals ?? [];
	for (let i = 0; i < proposals.length; i++)
		checkPhase2Proposal(report, proposals[i] as DraftProposal, `${path}.phase2Proposals[${i}]`);
	if (peer.natTraversal === "force" && proposals.length > 0 && proposals.every(({ protocol }) => protocol === "ah" || protocol === "ah+esp"))
		report.fault(`${path}.phase2Proposals`, "AH cannot be carried in UDP, natTraversal is \"force\": expected a proposal of \"esp\"");
	if (connection.mode === "transport")
		checkTransport(report, connection, path, peer, gateway);
}

/** Transport mode is between the two gateways themselves. */
function checkTransport(report: Report, connection: DraftConnection, path: string, peer: DraftPeer, gateway: DraftGateway): void {
	const { remoteGateway } = peer;
	if (remoteGateway !== undefined && (remoteGateway === "0.0.0.0" || parseAddress(remoteGateway) === undefined))
		report.fault(`${path}.mode`, `"transport" needs a peer with an address, remoteGateway is ${quoted(remoteGateway)}: expected "tunnel"`);
	else {
		checkEnd(report, connection.remoteNetwork, remoteGateway, `${path}.remoteNetwork`, "remoteGateway");
		checkEnd(report, connection.localNetwork, gateway.wanAddress ?? (gateway.wanAddressing === "dhcp" ? NO_ADDRESS : undefined), `${path}.localNetwork`, "wanAddress");
	}
	if (gateway.tunnelInterface?.startsWith("unix:"))
		report.warn(`${path}.mode`, "\"transport\" carries what this machine itself sends only through a TUN device, tunnelInterface is a socket");
}

function checkEnd(report: Report, network: string | undefined, address: string | undefined, path: string, name: string): void {
	if (network !== undefined && address !== undefined && network !== address && network !== `${address}/32`)
		report.fault(path, `${quoted(network)} is not ${name}: mode "transport" is between the gateways themselves, expected ${quoted(address)}`);
}

function checkPort(report: Report, port: number | undefined, path: string, protocol: number): void {
	if (port !== undefined && port !== 0)
		report.fault(path, `${port} needs a protocol that has ports: ipProtocol is ${protocol}, expected 6 (TCP) or 17 (UDP)`);
}

function checkPhase2Proposal(report: Report, proposal: DraftProposal, path: string): void {
	const { protocol, encryption } = proposal;
	// Present but wrong was reported where it stands.
	if (protocol === undefined)
		return;
	if (protocol === "ah") {
		for (const name of ["encryption", "espAuthentication"] as const)
			if (proposal[name] !== undefined)
				report.fault(`${path}.${name}`, `${quoted(proposal[name])} is ESP's, protocol is "ah": expected none`);
	}
	else if (protocol === "esp" && proposal.espAuthentication !== undefined)
		report.fault(`${path}.espAuthentication`, `${quoted(proposal.espAuthentication)} is for "ah+esp": of "esp" it is authentication`);
	if (protocol !== "esp") {
		if (!("authentication" in proposal))
			report.fault(`${path}.authentication`, "is missing: AH needs one, like \"hmac-sha256-128\"");
	}
	if (protocol === "ah")
		return;
	if (!("encryption" in proposal))
		report.fault(`${path}.encryption`, "is missing: expected an algorithm, or \"null\"");
	else if (encryption !== undefined)
		checkESPAuthentication(report, proposal, encryption, protocol === "ah+esp", path);
}

/** Nothing is encrypted without authentication: its own, or for CBC that of the AH around it. CTR needs its own (RFC 3686 1), and NULL would do nothing. */
function checkESPAuthentication(report: Report, proposal: DraftProposal, encryption: string, insideAH: boolean, path: string): void {
	const name = insideAH ? "espAuthentication" : "authentication";
	const own = proposal[name];
	if (authenticatesItself(encryption)) {
		if (own !== undefined)
			report.fault(`${path}.${name}`, `${quoted(own)} does not go with "${encryption}", which authenticates by itself: expected none`);
	}
	else if (!(name in proposal) && !(insideAH && encryption.endsWith("-cbc")))
		report.fault(`${path}.${name}`, insideAH ? `is missing: "${encryption}" needs authentication of its own inside AH, like "hmac-sha256-128"`
			: `is missing: "${encryption}" alone does not authenticate, expected one like "hmac-sha256-128"`);
}

/** Peers that come from the same address, or from any, and that nothing tells apart before or after their key is known (T02). */
function checkTwins(report: Report, peers: readonly DraftPeer[]): void {
	const gateways = peers.map(({ remoteGateway }) => remoteGateway);
	for (let i = 1; i < peers.length; i++)
		for (let j = gateways.indexOf(gateways[i]); j < i; j = gateways.indexOf(gateways[i], j + 1)) {
			const { remoteGateway, remoteId, phase1Mode, preSharedKey, enabled } = peers[i] as DraftPeer;
			const other = peers[j] as DraftPeer;
			const sameId = remoteId?.type === other.remoteId?.type && remoteId?.value === other.remoteId?.value;
			if (remoteGateway === undefined || phase1Mode !== other.phase1Mode || !sameId || enabled === false || other.enabled === false
				|| (phase1Mode === "main" && preSharedKey !== other.preSharedKey))
				continue;
			report.warn(`peers[${i}].remoteId`, `does not tell this peer from peers[${j}], which has the same remoteGateway${phase1Mode === "main" ? " and key" : ""}: expected an identity of its own for each`);
			break;
		}
}

/** Names are unique: they are how commands, pages and logs call a peer or a connection. */
function checkNames(report: Report, list: readonly { name?: string | undefined }[], path: string): void {
	const places = new Map<string, number>();
	for (let i = 0; i < list.length; i++) {
		const name = list[i]?.name;
		if (name === undefined)
			continue;
		const other = places.get(name);
		if (other === undefined)
			places.set(name, i);
		else
			faultOfTwins(report, "name", `${path}[${i}]`, `${path}[${other}]`, (place) => `${quoted(name)} is the name of ${place} too`);
	}
}

/** What may be only once, and two places have; told where it stands a second time. `text` is what to say at one of the two places, of the other one. */
function faultOfTwins(report: Report, field: string, path: string, other: string, text: (place: string) => string): void {
	report.fault(`${path}.${field}`, text(other), { path: `${other}.${field}`, text: text(path) });
}

function checkOrders(report: Report, peers: readonly DraftPeer[]): void {
	const places = new Map<number, string>();
	let count = 0;
	let last = 0;
	let rest = 0;
	for (let i = 0; i < peers.length; i++) {
		const connections = peers[i]?.connections ?? [];
		count += connections.length;
		for (let j = 0; j < connections.length; j++) {
			const order = connections[j]?.order;
			if (order === undefined) {
				rest++;
				continue;
			}
			const place = `peers[${i}].connections[${j}]`;
			const other = places.get(order);
			if (other === undefined)
				places.set(order, place);
			else
				faultOfTwins(report, "order", place, other, (twin) => `${order} is the order of ${twin} too: expected a number that no other connection of any peer has`);
			last = Math.max(last, order);
		}
	}
	if (rest > 0 && last + rest > ORDERS)
		report.fault(`${places.get(last)!}.order`, `${last} leaves no numbers for ${rest} without one, which come after it: expected at most ${ORDERS - rest}, or a number for each`);
	if (count > CONNECTIONS)
		report.fault("peers", `${count} connections in all: expected at most ${CONNECTIONS}`);
}

/** The settings of a draft without faults. Connections without an order come after those that have one, as they stand in the document. */
export function fillDefaults(draft: Draft, firmware: boolean): Settings {
	const gateway = draft.gateway as DraftGateway;
	if (!firmware)
		dropForeign(gateway);
	const lanAddress = gateway.lanAddress as string;
	const http = gateway.http ?? {};
	const peers = draft.peers ?? [];
	let order = 0;
	for (let i = 0; i < peers.length; i++) {
		const connections = peers[i]?.connections ?? [];
		for (let j = 0; j < connections.length; j++)
			order = Math.max(order, connections[j]?.order ?? 0);
	}
	for (let i = 0; i < peers.length; i++) {
		const peer = peers[i] as DraftPeer;
		const connections = peer.connections ??= [];
		for (let j = 0; j < connections.length; j++) {
			const connection = connections[j] as DraftConnection;
			connection.order ??= ++order;
			connection.lifetime ??= { seconds: 3600, kilobytes: 0 };
			connection.phase2Proposals ??= copies(defaultPhase2Proposals);
		}
		peer.actAs = peer.remoteGateway === "0.0.0.0" ? "responder" : peer.actAs ?? "initiator and responder";
		peer.localId ??= defaultIdentity(peer.authentication, gateway.wanAddress ?? NO_ADDRESS, ownCertificate(draft, peer.ownCertificate));
		peer.deadPeerDetection ??= { interval: 30, timeout: 120 };
		peer.phase1Proposals ??= copies(defaultPhase1Proposals);
	}
	gateway.wanAddress ??= NO_ADDRESS;
	gateway.admin ??= { user: "admin" };
	gateway.http = { address: http.address ?? lanAddress.slice(0, lanAddress.indexOf("/")), port: http.port ?? 80 };
	shareEqualParts(peers as PeerSettings[]);
	const { own = [], trusted = [], revocationLists = [] } = draft.certificates ?? {};
	return { version: 1, gateway: gateway as GatewaySettings, certificates: { own, trusted, revocationLists } as CertificateSettings, peers: peers as PeerSettings[] };
}

/** An own certificate in PEM. */
function ownCertificate({ certificates }: Draft, name: string | undefined): string {
	return certificates?.own?.find((each) => each.name === name)?.certificate ?? "";
}

function copies<T extends object>(list: readonly T[]): T[] {
	const result: T[] = [];
	for (let i = 0; i < list.length; i++)
		result.push({ ...list[i] as T });
	return result;
}
