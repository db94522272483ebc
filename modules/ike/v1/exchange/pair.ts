/** The pair of SAs that a quick mode makes: what was agreed on, its keys, and when each of the two is live. */
import type { Context } from "../../context.js";
import { shorter, softLimit } from "../../schedule.js";
import type { IKESA } from "../../sa.js";
import type { ChildSA, SAKeys } from "../../types.js";
import { authenticationKey, keyMaterial } from "../keys.js";
import type { Message } from "../message.js";
import { espAuthentication, type Phase2Choice } from "../phase2offers.js";
import { ProtocolID } from "../wire/constants.js";
import { wipeKeys, type QuickMode } from "./quickmode.js";

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

/** The keys of one direction: each protocol has its own, made with its own number and SPI (RFC 2409 5.5). */
function keysOf(quick: QuickMode, choice: Phase2Choice, spi: number, ahSPI: number): SAKeys {
	const { sa } = quick;
	const { proposal } = choice;
	const source = { d: sa.d, secret: quick.secret, protocol: ProtocolID.ESP, spi, ni: quick.ni, nr: quick.nr };
	const keys = proposal.protocol === "ah" ? noKeys() : keyMaterial(sa.prf!, source, proposal.encryption, espAuthentication(proposal));
	if (proposal.protocol === "esp")
		return keys;
	const ah = authenticationKey(sa.prf!, { ...source, protocol: ProtocolID.AH, spi: ahSPI }, proposal.authentication);
	return { encryption: keys.encryption, authentication: keys.authentication, ah };
}

function noKeys(): SAKeys {
	const empty = new Uint8Array(0);
	return { encryption: empty, authentication: empty };
}

function child(context: Context, quick: QuickMode, inboundKeys: SAKeys, outboundKeys: SAKeys): ChildSA {
	const { sa, role, connection, choice, seconds, kilobytes, softSeconds, softKilobytes } = quick;
	const { proposal, ahSPI, extendedSequence } = choice!;
	return {
		peer: sa.peer, connection: connection!.name, ikeSA: sa.id, role, protocol: proposal.protocol, mode: connection!.mode,
		inboundSPI: quick.inboundSPI, outboundSPI: quick.outboundSPI, outboundAHSPI: ahSPI,
		encryption: proposal.protocol === "ah" ? undefined : proposal.encryption, authentication: espAuthentication(proposal),
		ahAuthentication: proposal.protocol === "esp" ? undefined : proposal.authentication, extendedSequence, shortSHA256: connection!.sha256Truncation === 96,
		inboundKeys, outboundKeys,
		localEndpoint: { address: context.gateway.wanAddress, port: sa.localPort }, remoteEndpoint: sa.remote, udpEncapsulation: sa.encapsulation, identity: sa.identity,
		local: quick.local!, remote: quick.remote!, ipProtocol: quick.ipProtocol,
		seconds, kilobytes, softSeconds, softKilobytes,
		replaces: quick.replaces
	};
}

export function installInbound(context: Context, now: number, quick: QuickMode, choice: Phase2Choice): void {
	const { sa, inboundSPI } = quick;
	const { proposal, spi, ahSPI } = choice;
	// Our own SPI is the same for both protocols.
	const inboundKeys = keysOf(quick, choice, inboundSPI, inboundSPI);
	const outboundKeys = keysOf(quick, choice, spi, ahSPI || spi);
	quick.wipe();
	quick.outboundKeys = outboundKeys;
	quick.installed = true;
	context.children.add({ peer: sa.peer, connection: quick.connection!.name, identity: sa.identity, protocol: proposal.protocol, inboundSPI, outboundSPI: spi, outboundAHSPI: ahSPI, bornAt: now });
	context.host.installInbound(now, child(context, quick, inboundKeys, outboundKeys));
	wipeKeys(inboundKeys);
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
	wipeKeys(outboundKeys);
	quick.outboundKeys = undefined;
	quick.choice = undefined;
}

/** T22: an authenticated message in UDP encapsulation, with a nonce of ours in its hash, came from another address or port: the peer is there now. */
export function follow(context: Context, sa: IKESA, message: Message): void {
	const { remote } = sa;
	const { from, localPort } = message;
	if (!sa.encapsulation || localPort !== sa.localPort || (from.address === remote.address && from.port === remote.port))
		return;
	sa.remote = from;
	context.host.moved(sa.peer, from, sa.identity);
}
