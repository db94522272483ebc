/** A combination of the matrix: peer, mode, authentication, role, NAT and algorithm; tried in both roles, with pings and TCP both ways. */
import type { ExecutionContext } from "ava";
import type { StatusDocument } from "../../node/laboratory.js";
import type { GatewayConsole } from "../console.js";
import type { KeygateConnection } from "../keygate.js";
import type { Side } from "../network.js";
import { until } from "../processes.js";
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

/** The IKE SA that is up. */
function established({ ikeSecurityAssociations }: StatusDocument): StatusDocument["ikeSecurityAssociations"][number] {
	return ikeSecurityAssociations.find((sa) => sa.state === 9)!;
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

/**
 * keygate begins and then the peer; `body` looks at what is up each time. One of the two is ended by keygate, the other by the peer, and neither leaves
 * anything in the peer's kernel.
 */
export async function eachRole(t: ExecutionContext, { keygate, vm }: Pick<VMEnds, "keygate" | "vm">, daemon: PeerConnection["daemon"], body: (role: "initiator" | "responder", status: StatusDocument) => Promise<void>): Promise<void> {
	for (const role of ["initiator", "responder"] as const) {
		await (role === "initiator" ? keygate.command("up branch/office") : initiate(vm, daemon));
		const status = await keygate.up();
		t.is(established(status).role, role);
		await body(role, status);
		const { securityAssociations } = await keygate.status();
		t.deepEqual(securityAssociations.map((sa) => sa.erroredPackets), securityAssociations.map(() => 0));
		t.is(await vm.counter("XfrmInStateProtoError"), 0);
		// pluto brings up again what it began itself and we end: so it ends that, and charon the other
		await ((role === "initiator") === (daemon === "pluto") ? keygate.command("down branch") : terminate(vm, daemon));
		await keygate.down({ ike: true });
		await until(async () => !(await vm.must("ip xfrm state")).includes("spi 0x") || undefined, () => "the peer's kernel keeps SAs");
		count();
	}
	t.deepEqual((await keygate.status()).problems, []);
}

/** Both roles, with these settings at both ends, and what the matrix says of it. */
export async function bothRoles(t: ExecutionContext, lab: VMEnds, { keygate: ours, peer, authentication, translation = "none", natT = translation, megabytes = 2, host = "" }: Combination): Promise<void> {
	const { vm, network } = lab;
	await lab.set(ours, peer, translation);
	const transport = peer.transport === true;
	const left = transport ? { ...network.left, lan: network.left.wan } : network.left;
	const right = transport ? { ...vm.place, lan: vm.wan } : vm.place;
	const mode = ours.phase1Mode ?? "main";
	let speeds: number[] = [];
	let protection = "";
	await eachRole(t, lab, peer.daemon, async (role, status) => {
		const ike = established(status);
		t.is(ike.mode, mode);
		t.is(ike.natT, natT);
		const [{ protocol, algorithm }] = status.securityAssociations as [StatusDocument["securityAssociations"][number]];
		t.is(protocol, peer.ah === true ? "AH" : "ESP");
		protection = `${protocol} ${algorithm}`;
		await pingUntilAnswered(left, right);
		t.deepEqual(await ping(left, right), { sent: 5, received: 5 });
		t.deepEqual(await ping(right, left, { size: 1200 }), { sent: 5, received: 5 });
		// in pieces
		t.deepEqual(await ping(left, right, { count: 3, size: 4000 }), { sent: 3, received: 3 });
		t.deepEqual(await ping(right, left, { count: 3, size: 4000 }), { sent: 3, received: 3 });
		if (role === "initiator" && megabytes > 0)
			speeds = await transferBothWays(left, vm, megabytes);
	});
	result(`matrix   ${host === "" ? "" : `${host}  `}${peer.daemon}  ${mode}  ${authentication}  NAT ${natT}  ${protection}${transport ? " transport mode" : ""}${peer.extended === true ? " 64-bit sequence numbers" : ""}: initiator and responder, pings 32/32${megabytes === 0 ? "" : `, ${megabytes} MB of TCP at ${speeds[0]} and ${speeds[1]} Mbit/s`}`);
}
