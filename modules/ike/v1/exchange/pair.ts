/** The pair of SAs that a quick mode makes: what was agreed on, its keys, and when each of the two is live. */
import { wipe } from "../../bytes.js";
import type { Context } from "../../context.js";
import { softLimit } from "../../schedule.js";
import type { IKESA } from "../../sa.js";
import type { ChildSA, SAKeys } from "../../types.js";
import { keyMaterial } from "../keys.js";
import type { Message } from "../message.js";
import type { Phase2Choice } from "../phase2offers.js";
import { ProtocolID } from "../wire/constants.js";
import type { QuickMode } from "./quickmode.js";

export function commitChoice(context: Context, quick: QuickMode, choice: Phase2Choice): void {
	const own = quick.connection!.lifetime;
	const random = context.host.crypto.random(2);
	quick.choice = choice;
	quick.outboundSPI = choice.spi;
	quick.seconds = shorter(quick.seconds, shorter(own.seconds, choice.seconds));
	quick.kilobytes = shorter(quick.kilobytes, shorter(own.kilobytes, choice.kilobytes));
	quick.softSeconds = softLimit(quick.seconds, quick.role, random[0]!);
	quick.softKilobytes = softLimit(quick.kilobytes, quick.role, random[1]!);
}

/** The smaller of two limits, of which 0 is none. */
export function shorter(a: number, b: number): number {
	return a === 0 ? b : b === 0 ? a : Math.min(a, b);
}


function keysOf(quick: QuickMode, choice: Phase2Choice, spi: number): SAKeys {
	const { sa } = quick;
	const { encryption, authentication } = choice.proposal;
	return keyMaterial(sa.prf!, { d: sa.d, secret: quick.secret, protocol: ProtocolID.ESP, spi, ni: quick.ni, nr: quick.nr }, encryption, authentication);
}

function noKeys(): SAKeys {
	const empty = new Uint8Array(0);
	return { encryption: empty, authentication: empty };
}

function child(context: Context, quick: QuickMode, inboundKeys: SAKeys, outboundKeys: SAKeys): ChildSA {
	const { sa, role, connection, choice, seconds, kilobytes, softSeconds, softKilobytes } = quick;
	const { encryption, authentication } = choice!.proposal;
	return {
		peer: sa.peer, connection: connection!.name, ikeSA: sa.id, role, protocol: "esp", mode: "tunnel",
		inboundSPI: quick.inboundSPI, outboundSPI: quick.outboundSPI, encryption, authentication, inboundKeys, outboundKeys,
		localEndpoint: { address: context.gateway.wanAddress, port: sa.localPort }, remoteEndpoint: sa.remote, udpEncapsulation: sa.encapsulation,
		local: quick.local!, remote: quick.remote!, ipProtocol: quick.ipProtocol,
		seconds, kilobytes, softSeconds, softKilobytes,
		replaces: quick.replaces
	};
}

export function installInbound(context: Context, now: number, quick: QuickMode, choice: Phase2Choice): void {
	const { sa, inboundSPI } = quick;
	const inboundKeys = keysOf(quick, choice, inboundSPI);
	const outboundKeys = keysOf(quick, choice, choice.spi);
	quick.wipe();
	quick.outboundKeys = outboundKeys;
	quick.installed = true;
	context.children.add({ peer: sa.peer, connection: quick.connection!.name, inboundSPI, outboundSPI: choice.spi, bornAt: now });
	context.host.installInbound(now, child(context, quick, inboundKeys, outboundKeys));
	wipe(inboundKeys.encryption);
	wipe(inboundKeys.authentication);
}

/** The last message has gone out, or come: the pair is complete. */
export function complete(context: Context, now: number, quick: QuickMode): void {
	const { sa } = quick;
	const outboundKeys = quick.outboundKeys!;
	sa.heardAt = now;
	// It may have been deleted meanwhile.
	if (context.children.find(quick.inboundSPI) !== undefined) {
		context.host.installOutbound(now, child(context, quick, noKeys(), outboundKeys));
		sa.phase2Negotiations++;
		context.host.solved(sa.peer, quick.connection!.name);
	}
	wipe(outboundKeys.encryption);
	wipe(outboundKeys.authentication);
	quick.outboundKeys = undefined;
	quick.choice = undefined;
	quick.sa_b = quick.ni = quick.nr = new Uint8Array(0);
	quick.initiatorID = quick.responderID = undefined;
}

/** T22: an authenticated message in UDP encapsulation, with a nonce of ours in its hash, came from another address or port: the peer is there now. */
export function follow(context: Context, sa: IKESA, message: Message): void {
	const { remote } = sa;
	const { from, localPort } = message;
	if (!sa.encapsulation || localPort !== sa.localPort || (from.address === remote.address && from.port === remote.port))
		return;
	sa.remote = from;
	context.host.moved(sa.peer, from);
}
