/** A combination of the matrix: peer, mode, authentication, role, NAT and algorithm; tried in both roles, with pings and TCP both ways. */
import type { ExecutionContext } from "ava";
import type { GatewayConsole } from "../console.js";
import type { KeygateConnection } from "../keygate.js";
import type { Side } from "../network.js";
import { ping, pingUntilAnswered } from "../traffic.js";
import { count, result } from "./lab.js";
import { initiate, terminate, type PeerConnection } from "./peers.js";
import { transferBothWays } from "./traffic.js";
import type { Translation, VM } from "./vm.js";

/** A keygate, whatever it runs on, and the VM, with the hosts behind them. */
export interface VMEnds {
	readonly keygate: GatewayConsole;
	readonly vm: VM;
	readonly network: { readonly left: Side };
	/** Both gateways with these settings, no SA between them. */
	set(keygate: KeygateConnection, peer: PeerConnection, translation?: Translation): Promise<void>;
}

export interface Combination {
	readonly keygate: KeygateConnection;
	readonly peer: PeerConnection;
	/** The matrix's words for the authentication. */
	readonly authentication: "PSK" | "RSA";
	readonly translation?: Translation;
	/** How keygate calls what ESP goes in: as `translation`, unless UDP is forced without a NAT. */
	readonly natT?: string;
	/** Where keygate runs, for the matrix; "": Linux. */
	readonly host?: string;
	/** MiB of TCP each way, in the first role; 0: none. */
	readonly megabytes?: number;
}

/** keygate initiates, then the peer; one of the two is ended by keygate, the other by the peer. */
export async function bothRoles(t: ExecutionContext, lab: VMEnds, { keygate: ours, peer, authentication, translation = "none", natT = translation, megabytes = 2, host = "" }: Combination): Promise<void> {
	const { keygate, vm, network } = lab;
	await lab.set(ours, peer, translation);
	const transport = peer.transport === true;
	const left = transport ? { ...network.left, lan: network.left.wan } : network.left;
	const right = transport ? { ...vm.place, lan: vm.wan } : vm.place;
	await keygate.command("up branch/office");
	const first = await keygate.up();
	const ike = first.ikeSecurityAssociations.find((sa) => sa.state === 9)!;
	t.is(ike.role, "initiator");
	t.is(ike.mode, ours.phase1Mode ?? "main");
	t.is(ike.natT, natT);
	await pingUntilAnswered(left, right);
	t.deepEqual(await ping(left, right), { sent: 5, received: 5 });
	t.deepEqual(await ping(right, left, { size: 1200 }), { sent: 5, received: 5 });
	const speeds = megabytes === 0 ? [] : await transferBothWays(left, vm, megabytes);
	const sas = (await keygate.status()).securityAssociations;
	t.deepEqual(sas.map((sa) => sa.erroredPackets), sas.map(() => 0));
	// pluto brings up again what it began itself and we end: so it ends that, and charon the other
	await (peer.daemon === "pluto" ? keygate.command("down branch") : terminate(vm, peer.daemon));
	await keygate.down({ ike: true });
	count();

	await initiate(vm, peer.daemon);
	const second = await keygate.up();
	const answered = second.ikeSecurityAssociations.find((sa) => sa.state === 9)!;
	t.is(answered.role, "responder");
	t.is(answered.natT, natT);
	t.deepEqual(await ping(right, left), { sent: 5, received: 5 });
	t.deepEqual(await ping(left, right, { size: 1200 }), { sent: 5, received: 5 });
	await (peer.daemon === "pluto" ? terminate(vm, peer.daemon) : keygate.command("down branch"));
	await keygate.down({ ike: true });
	t.deepEqual((await keygate.status()).problems, []);
	count();
	result(`matrix   ${host === "" ? "" : `${host}  `}${peer.daemon}  ${ike.mode}  ${authentication}  NAT ${natT}  ${sas[0]!.protocol} ${sas[0]!.algorithm}${transport ? " transport mode" : ""}${peer.extended === true ? " 64-bit sequence numbers" : ""}: initiator and responder, pings 20/20${megabytes === 0 ? "" : `, ${megabytes} MB of TCP at ${speeds[0]} and ${speeds[1]} Mbit/s`}`);
}
