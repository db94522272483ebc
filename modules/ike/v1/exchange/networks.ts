/** The networks that a quick mode is about: the two client IDs on the wire (RFC 2407 4.6.2), and those of the settings. */
import { formatRange, parseNetwork, type Selector } from "../../../addresses.js";
import type { Context } from "../../context.js";
import { fact, finding, phase2Problem } from "../../diagnosis.js";
import { few } from "../../names.js";
import type { IKESA } from "../../sa.js";
import type { ConnectionSettings } from "../../../settings/types.js";
import type { Opened } from "../message.js";
import { NotifyType, PayloadType } from "../wire/constants.js";
import { isFault } from "../wire/fault.js";
import { addressRange, idText, parseID } from "../wire/id.js";
import type { QuickMode } from "./quickmode.js";
import { refuse, type Refusal } from "./step.js";

const { ID } = PayloadType;

/** What both ends of a connection are called: as the settings have them, seen from here. */
export function selectorOf(network: string, port: number): Selector {
	const { first, last } = parseNetwork(network)!;
	return { first, last, port };
}

function selectorText(selector: Selector, ipProtocol: number): string {
	const range = formatRange(selector.first, selector.last);
	return ipProtocol === 0 && selector.port === 0 ? range : `${range} protocol ${ipProtocol} port ${selector.port}`;
}

/** "10.1.0.0/24 to 10.2.0.0/24", from this gateway's side. */
export function networksText(local: Selector, remote: Selector, ipProtocol: number): string {
	return `${selectorText(local, ipProtocol)} to ${selectorText(remote, ipProtocol)}`;
}

/** The two IDs of a quick mode message, undefined when it has none. */
export function readIDs(opened: Opened): { readonly initiator: Uint8Array; readonly responder: Uint8Array } | Refusal | undefined {
	const ids = opened.payloads.filter((payload) => payload.type === ID);
	if (ids.length === 0)
		return undefined;
	if (ids.length !== 2)
		return refuse(NotifyType.INVALID_ID_INFORMATION, "payload-out-of-place", `${ids.length} ID payloads where there must be two or none`);
	return { initiator: ids[0]!.body, responder: ids[1]!.body };
}

/** A client ID as selector with its protocol; undefined for what is no IPv4 address, network or range (F07). */
function readSelector(body: Uint8Array): { readonly selector: Selector; readonly ipProtocol: number } | undefined {
	const id = parseID(body);
	const range = isFault(id) ? undefined : addressRange(id);
	return isFault(id) || range === undefined ? undefined : { selector: { first: range.first, last: range.last, port: id.port }, ipProtocol: id.protocol };
}

/** Whose networks are meant; undefined when an ID is none of IPv4, or both name different protocols. Without IDs the gateways' own addresses (T10). */
export function readNetworks(context: Context, sa: IKESA, ids: { readonly initiator: Uint8Array; readonly responder: Uint8Array } | undefined): { readonly local: Selector; readonly remote: Selector; readonly ipProtocol: number } | undefined {
	if (ids === undefined) {
		const own = context.gateway.wanAddress;
		const { address } = sa.remote;
		return { local: { first: own, last: own, port: 0 }, remote: { first: address, last: address, port: 0 }, ipProtocol: 0 };
	}
	const remote = readSelector(ids.initiator);
	const local = readSelector(ids.responder);
	if (remote === undefined || local === undefined || remote.ipProtocol !== local.ipProtocol)
		return undefined;
	return { local: local.selector, remote: remote.selector, ipProtocol: local.ipProtocol };
}

/** This gateway itself, with the port of `selector`: what transport mode carries, whatever a NAT calls it. */
export function ownSelector(context: Context, selector: Selector): Selector {
	const { wanAddress } = context.gateway;
	return { first: wanAddress, last: wanAddress, port: selector.port };
}

/** The peer as it is reached from here. */
export function peerSelector(sa: IKESA, selector: Selector): Selector {
	const { address } = sa.remote;
	return { first: address, last: address, port: selector.port };
}

/** Behind a NAT the gateways do not know each other's addresses: in transport mode one address is meant, whichever it is called by (RFC 3947 5.2). */
function isBehindNAT(connection: ConnectionSettings, sa: IKESA): boolean {
	return connection.mode === "transport" && sa.encapsulation;
}

/** Whether `connection` is the one between these. */
export function isConnection(connection: ConnectionSettings, sa: IKESA, local: Selector, remote: Selector, ipProtocol: number): boolean {
	if (isBehindNAT(connection, sa))
		return connection.ipProtocol === ipProtocol && local.first === local.last && remote.first === remote.last
			&& local.port === connection.localPort && remote.port === connection.remotePort;
	return connection.ipProtocol === ipProtocol && isSelector(local, connection.localNetwork, connection.localPort)
		&& isSelector(remote, connection.remoteNetwork, connection.remotePort);
}

function isSelector(selector: Selector, network: string, port: number): boolean {
	const own = selectorOf(network, port);
	return own.first === selector.first && own.last === selector.last && own.port === port;
}

export function isSameNetworks(quick: QuickMode, ids: { readonly initiator: Uint8Array; readonly responder: Uint8Array }): boolean {
	const local = readSelector(ids.initiator);
	const remote = readSelector(ids.responder);
	if (local === undefined || remote === undefined || local.ipProtocol !== quick.ipProtocol || remote.ipProtocol !== quick.ipProtocol)
		return false;
	if (isBehindNAT(quick.connection!, quick.sa))
		return local.selector.port === quick.local!.port && remote.selector.port === quick.remote!.port;
	return isSame(local.selector, quick.local!) && isSame(remote.selector, quick.remote!);
}

function isSame(a: Selector, b: Selector): boolean {
	return a.first === b.first && a.last === b.last && a.port === b.port;
}

/** What a peer's IDs name: `responder` is here, as the peer has it, `initiator` there; neither: the gateways themselves. */
export function networkFacts(responder?: Uint8Array, initiator?: Uint8Array): string {
	return responder === undefined || initiator === undefined ? fact("localNetwork", "this gateway") + fact("remoteNetwork", "the other gateway")
		: fact("localNetwork", idNetwork(responder)) + fact("remoteNetwork", idNetwork(initiator));
}

/** An ID's network as the settings write it; what is none in its own words. */
function idNetwork(body: Uint8Array): string {
	const read = readSelector(body);
	return read === undefined ? idText(body) : selectorText(read.selector, read.ipProtocol);
}

/** T11. The IDs are as the peer sent them: its side's network is the remote one. */
export function networkMismatch(context: Context, now: number, sa: IKESA, local?: Uint8Array, remote?: Uint8Array): Refusal {
	const asked = local === undefined || remote === undefined ? "the two gateways themselves" : `${idText(local)} here and ${idText(remote)} there`;
	const own = sa.settings!.connections.filter((connection) => connection.enabled);
	const names = own.map((connection) => `${connection.name}: ${connection.localNetwork} to ${connection.remoteNetwork}`);
	const here = own.filter((each) => isNetwork(local, each.localNetwork));
	const there = own.filter((each) => isNetwork(remote, each.remoteNetwork));
	// The one that is meant, if it can be told: there is no other, or one side of it is right.
	const meant = own.length === 1 ? own[0] : here.length + there.length === 1 ? here[0] ?? there[0] : undefined;
	phase2Problem(context, now, sa, meant?.name ?? "", finding("network-mismatch", "decision", `the peer asks for a tunnel between ${asked}; the settings have ${few(names)}`,
		networkFacts(local, remote), meant !== undefined && there.includes(meant) ? "localNetwork" : undefined));
	return refuse(NotifyType.INVALID_ID_INFORMATION, "network-mismatch", `no connection between ${asked}`);
}

function isNetwork(body: Uint8Array | undefined, network: string): boolean {
	const selector = body === undefined ? undefined : readSelector(body)?.selector;
	const own = parseNetwork(network)!;
	return selector !== undefined && selector.first === own.first && selector.last === own.last;
}
