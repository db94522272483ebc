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
import { emitReason, ReasonCode } from "../wire/reason.js";
import type { QuickMode } from "./quickmode.js";
import { refuse, type Refusal } from "./step.js";

const { ID } = PayloadType;

/** Bodies of the two client IDs of a quick mode. */
export interface ClientIDs {
	readonly initiator: Uint8Array;
	readonly responder: Uint8Array;
}

/** What a quick mode is about, from this gateway's side. */
export interface Networks {
	readonly local: Selector;
	readonly remote: Selector;
	readonly ipProtocol: number;
}

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
export function readIDs(opened: Opened): ClientIDs | Refusal | undefined {
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
export function readNetworks(context: Context, sa: IKESA, ids: ClientIDs | undefined): Networks | undefined {
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

/** The first field of `connection` that is not as `networks`; "": it is the connection between them. */
function differenceOf(connection: ConnectionSettings, sa: IKESA, { local, remote, ipProtocol }: Networks): string {
	const anyAddress = isBehindNAT(connection, sa);
	if (!isNetwork(remote, connection.remoteNetwork, anyAddress))
		return "remoteNetwork";
	if (!isNetwork(local, connection.localNetwork, anyAddress))
		return "localNetwork";
	return connection.ipProtocol !== ipProtocol ? "ipProtocol" : connection.localPort !== local.port ? "localPort" : connection.remotePort !== remote.port ? "remotePort" : "";
}

/** Whether `connection` is the one between these. */
export function isConnection(connection: ConnectionSettings, sa: IKESA, networks: Networks): boolean {
	return differenceOf(connection, sa, networks) === "";
}

function isNetwork({ first, last }: Selector, network: string, anyAddress: boolean): boolean {
	const own = parseNetwork(network)!;
	return anyAddress ? first === last : own.first === first && own.last === last;
}

export function isSameNetworks(quick: QuickMode, ids: ClientIDs): boolean {
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
function networkFacts(ids: ClientIDs | undefined): string {
	return ids === undefined ? fact("localNetwork", "this gateway") + fact("remoteNetwork", "the other gateway")
		: fact("localNetwork", idNetwork(ids.responder)) + fact("remoteNetwork", idNetwork(ids.initiator));
}

/** An ID's network as the settings write it; what is none in its own words. */
function idNetwork(body: Uint8Array): string {
	const read = readSelector(body);
	return read === undefined ? idText(body) : selectorText(read.selector, read.ipProtocol);
}

/** "10.1.0.0/24 here and 10.2.0.0/24 there" */
function idsText({ initiator, responder }: ClientIDs): string {
	return `${idNetwork(responder)} here and ${idNetwork(initiator)} there`;
}

/** "10.1.0.0/24 to 10.2.0.0/24", of a connection. */
function connectionText({ localNetwork, localPort, remoteNetwork, remotePort, ipProtocol, mode }: ConnectionSettings): string {
	return networksText(selectorOf(localNetwork, localPort), selectorOf(remoteNetwork, remotePort), ipProtocol) + (mode === "transport" ? " in transport mode" : "");
}

/** T11. A peer that begins asks for what no connection has. */
export function networkMismatch(context: Context, now: number, sa: IKESA, ids: ClientIDs | undefined): Refusal {
	const asked = ids === undefined ? "the two gateways themselves" : idsText(ids);
	const networks = readNetworks(context, sa, ids);
	const { connections } = sa.settings!;
	const off = networks === undefined ? undefined : connections.find((each) => !each.enabled && isConnection(each, sa, networks));
	const own = connections.filter((each) => each.enabled);
	const differences = networks === undefined ? [] : own.map((each) => differenceOf(each, sa, networks));
	// The one that is meant, if it can be told: it is switched off, there is no other, all but the port is right, or one side of it is.
	const meant = off ?? (own.length === 1 ? own[0] : only(own, (_, index) => !differences[index]!.endsWith("Network")) ?? only(own, (each, index) =>
		networks !== undefined && (differences[index] === "localNetwork" || isNetwork(networks.local, each.localNetwork, false))));
	const field = off !== undefined ? "enabled" : meant === undefined ? undefined : differences[own.indexOf(meant)];
	phase2Problem(context, now, sa, meant?.name ?? "", finding("network-mismatch", "decision", `the peer asks for a tunnel between ${asked}; ${off !== undefined ? `connection ${off.name} has these and is switched off`
		: `the settings have ${few(own.map((each) => `${each.name}: ${connectionText(each)}`))}`}`, networkFacts(ids), field));
	return refuse(NotifyType.INVALID_ID_INFORMATION, "network-mismatch", `no connection between ${asked}`, off === undefined ? undefined : emitReason(ReasonCode.OFF));
}

/** The only element that is as wanted; undefined when there is none, or several. */
function only<T>(list: readonly T[], isWanted: (each: T, index: number) => boolean): T | undefined {
	const wanted = list.filter(isWanted);
	return wanted.length === 1 ? wanted[0] : undefined;
}

/** A peer's answer names other networks than were asked for: as it has them the responder's is there. */
export function answerMismatch(context: Context, now: number, quick: QuickMode, { initiator, responder }: ClientIDs): Refusal {
	const { sa } = quick;
	const connection = quick.connection!;
	const swapped = { initiator: responder, responder: initiator };
	const networks = readNetworks(context, sa, swapped);
	phase2Problem(context, now, sa, connection.name, finding("network-mismatch", "decision", `the peer answers with ${idsText(swapped)}; the settings have ${connectionText(connection)}`,
		networkFacts(swapped), networks === undefined ? undefined : differenceOf(connection, sa, networks)));
	return refuse(NotifyType.INVALID_ID_INFORMATION, "network-mismatch", "the answer has other networks");
}
