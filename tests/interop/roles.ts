/** A tunnel with charon, begun by keygate and deleted by it, then begun by charon and deleted by that. */
import type { ExecutionContext } from "ava";
import type { StatusDocument } from "../node/laboratory.js";
import type { Charon } from "./charon.js";
import type { GatewayConsole } from "./console.js";
import type { Side } from "./network.js";
import { ping, pingUntilAnswered } from "./traffic.js";

export interface Walk {
	/** keygate's IKE SA as initiator. */
	readonly ours: StatusDocument["ikeSecurityAssociations"][number];
	/** "initiator 205 ms, responder 36 ms, pings 10/10" */
	readonly text: string;
}

/** A keygate, whatever it runs on, and charon, with the hosts behind them. */
export interface Ends {
	readonly keygate: GatewayConsole;
	readonly charon: Charon;
	readonly network: { readonly left: Side; readonly right: Side };
}

/** Both gateways have their settings, and there is no tunnel. */
export async function bothRoles(t: ExecutionContext, { keygate, charon, network: { left, right } }: Ends): Promise<Walk> {
	const began = performance.now();
	await keygate.command("up branch/office");
	const ours = (await keygate.up()).ikeSecurityAssociations.find((sa) => sa.state === 9)!;
	const milliseconds = Math.round(performance.now() - began);
	t.is(ours.role, "initiator");
	t.is(ours.status, "Activated");
	await pingUntilAnswered(left, right);
	t.deepEqual(await ping(left, right), { sent: 5, received: 5 });
	await keygate.command("down branch");
	await keygate.down({ ike: true });
	t.is(await charon.tunnels(), 0, "charon heard our Delete");

	const before = performance.now();
	await charon.initiate();
	const its = Math.round(performance.now() - before);
	const theirs = (await keygate.up()).ikeSecurityAssociations.find((sa) => sa.state === 9)!;
	t.is(theirs.role, "responder");
	t.is(theirs.mode, ours.mode);
	t.deepEqual(await ping(right, left), { sent: 5, received: 5 });
	await charon.terminate("ike");
	await keygate.down({ ike: true });
	t.deepEqual((await keygate.status()).problems, []);
	return { ours, text: `initiator ${milliseconds} ms, responder ${its} ms, pings 10/10` };
}
