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
import { enlist } from "../../waiting.js";
import { makeRoomOrWait } from "./memory.js";
import { tellOrphans } from "./orphans.js";
import { beginQuick, giveWay, hasRoomForOwn, underway } from "./quick.js";

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
	const { waiting } = context;
	if (waiting.isIdle)
		return;
	const { connections, table, openings } = context;
	if (waiting.isEmpty || waiting.retryAt !== undefined && now >= waiting.retryAt)
		waiting.retryAt = undefined;
	if (waiting.isEmpty)
		return;
	const touched = waiting.takeTouched();
	for (let i = 0; i < touched.length; i++) {
		const name = touched[i]!;
		if (waiting.has(name, ""))
			enlist(table.current(name) === undefined ? waiting.unbegun : waiting.ready, name);
	}
	while (waiting.unbegun.length > 0 && openings.mayBegin(now, waiting.ready.length) && makeRoomOrWait(context, now)) {
		const name = waiting.unbegun.shift()!;
		const settings = connections.peer(name);
		if (settings === undefined || !waiting.has(name, "") || table.of(name).some((other) => other.role === "initiator" || other.isEstablished))
			continue;
		if (!canReach(settings))
			waiting.take(name);
		else
			try {
				if (!isLocated(context, now, settings))
					// There is no message that says so when it may be asked again.
					waiting.touch(name);
				else if (!beginPhase1(context, now, settings))
					waiting.take(name);
			}
			catch (error) {
				noBeginning(context, now, name, error);
				waiting.take(name);
			}
	}
	const { ready } = waiting;
	for (let i = 0; i < ready.length && (hasRoomForOwn(context) || giveWay(context, now)) && makeRoomOrWait(context, now);) {
		const name = ready[i]!;
		const sa = table.current(name);
		const wanted = sa === undefined || sa.settledAt !== undefined ? undefined : waiting.next(name);
		if (wanted === undefined) {
			ready.splice(i, 1);
			const orphan = sa === undefined || sa.settledAt !== undefined ? undefined : context.orphans.find(name);
			if (sa === undefined || !orphan?.waits)
				continue;
			if (underway(sa) > 0) {
				// As in a renewal: what is new first. Some close the IKE SA with the last pair.
				waiting.add({ peer: name, connection: "", replaces: 0 });
				continue;
			}
			const { alone } = orphan;
			tellOrphans(context, now, sa, orphan);
			if (alone && sa.role === "initiator" && sa.exchanges.length === 0 && context.children.of(name).length === 0)
				deleteIKESA(context, now, sa, "the peer is told");
			continue;
		}
		const connection = connections.find(name, wanted.connection);
		try {
			if (connection?.enabled && !beginQuick(context, now, sa!, connection, wanted)) {
				// There are as many under its IKE SA as there may be.
				waiting.back(wanted);
				i++;
			}
		}
		catch (error) {
			noBeginning(context, now, name, error);
		}
	}
}
