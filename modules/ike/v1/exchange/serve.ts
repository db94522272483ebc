/** Gives connections that want to come up what they wait for: an IKE SA, then a quick mode. */
import { formatAddress } from "../../../addresses.js";
import type { Context } from "../../context.js";
import { finding, phase1Problem } from "../../diagnosis.js";
import { canReach } from "../../hostnames.js";
import { printable } from "../../../log/printable.js";
import { ERROR, INFO, NOTICE } from "../../../log/types.js";
import type { PeerSettings } from "../../../settings/types.js";
import { beginPhase1 } from "./begin.js";
import { deleteIKESA } from "./end.js";
import { tellOrphans } from "./orphans.js";
import { beginQuick, underway } from "./quick.js";

/** Whether the address of a peer can be relied on now; if not it is looked up, and what waits for the peer goes on waiting. */
function isLocated(context: Context, now: number, settings: PeerSettings): boolean {
	const { host, hostNames } = context;
	if (!hostNames.isStale(now, settings))
		return true;
	if (!hostNames.ask(now, settings))
		return false;
	const { name, remoteGateway } = settings;
	host.log.write(now, INFO, name, `looking up ${remoteGateway}`);
	if (host.lookUp(name, remoteGateway))
		return false;
	answered(context, now, settings, 0);
	return hostNames.address(settings) !== 0;
}

/** Looks up the peers that have a host name whose address is not known: one of them may be where a packet came from. */
export function locate(context: Context, now: number): void {
	for (const settings of context.peers)
		if (settings.enabled && canReach(settings) && context.hostNames.address(settings) === 0)
			isLocated(context, now, settings);
}

/** The answer to a look-up, 0: none. */
function answered(context: Context, now: number, settings: PeerSettings, address: number): void {
	const { host, hostNames } = context;
	const { name, remoteGateway } = settings;
	const before = hostNames.address(settings);
	hostNames.answer(now, settings, address);
	if (address !== 0) {
		host.log.write(now, INFO, name, `${remoteGateway} is ${formatAddress(address)}`);
		return;
	}
	context.counters.add("lookup-failed");
	if (before !== 0) {
		host.log.write(now, NOTICE, name, `${remoteGateway} does not resolve; its last address was ${formatAddress(before)}`);
		return;
	}
	phase1Problem(context, now, { peer: name, role: "initiator", mode: settings.phase1Mode, state: 0 }, finding("peer-unreachable", "local", `the host name ${remoteGateway} does not resolve to an IPv4 address: it is misspelt, or there is no way to a name server`));
}

/** A look-up has come to its end; what waited for it goes on. */
export function lookedUp(context: Context, now: number, settings: PeerSettings, address: number): void {
	answered(context, now, settings, address);
	serve(context, now);
}

/** Something threw before there was an exchange: what wanted it asks again. */
export function noBeginning(context: Context, now: number, peer: string, error: unknown): void {
	context.counters.add("exchange-broken");
	context.host.log.write(now, ERROR, peer, `no negotiation can begin: a fault of this unit: ${printable(String(error))}`);
}

/** Begins what can begin now. */
export function serve(context: Context, now: number): void {
	if (context.waiting.isEmpty)
		return;
	for (const settings of context.peers) {
		const { name } = settings;
		if (!context.waiting.has(name, ""))
			continue;
		const sa = context.table.current(name);
		if (sa === undefined) {
			const begun = context.table.find((other) => other.peer === name && other.role === "initiator") !== undefined;
			if (begun)
				continue;
			if (!canReach(settings))
				context.waiting.take(name);
			else
				try {
					if (isLocated(context, now, settings) && !beginPhase1(context, now, settings))
						context.waiting.take(name);
				}
				catch (error) {
					noBeginning(context, now, name, error);
					context.waiting.take(name);
				}
			continue;
		}
		if (sa.settledAt !== undefined)
			continue;
		for (let wanted = context.waiting.next(name); wanted !== undefined; wanted = context.waiting.next(name)) {
			const connection = context.connections.find(name, wanted.connection);
			try {
				if (connection?.enabled && !beginQuick(context, now, sa, connection, wanted)) {
					// There is no room: for the others neither.
					context.waiting.back(wanted);
					break;
				}
			}
			catch (error) {
				noBeginning(context, now, name, error);
			}
		}
		const orphan = context.orphans.find(name);
		if (orphan?.waits) {
			if (underway(sa) > 0) {
				// As in a renewal: what is new first. Some close the IKE SA with the last pair.
				context.waiting.add({ peer: name, connection: "", replaces: 0 });
				continue;
			}
			const { alone } = orphan;
			tellOrphans(context, now, sa, orphan);
			if (alone && sa.role === "initiator" && sa.exchanges.length === 0 && context.children.of(name).length === 0)
				deleteIKESA(context, now, sa, "the peer is told");
		}
	}
}
