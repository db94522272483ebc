/** Goes through an exchange's table of steps: takes a message, lets the accelerator work, sends the answer, repeats it, gives up. */
import { formatAddress } from "../../../addresses.js";
import type { Answered } from "../../answered.js";
import { wipe } from "../../bytes.js";
import type { Context } from "../../context.js";
import type { DHGroup } from "../../../crypto/types.js";
import { finding, refused, unprovenProblem, type Finding } from "../../diagnosis.js";
import type { Exchange } from "../../exchange.js";
import { RETRANSMISSIONS } from "../../../limits.js";
import { printable } from "../../../log/printable.js";
import { DEBUG, ERROR, INFO, NOTICE } from "../../../log/types.js";
import { DOUBT, HALF_OPEN_TIME, retransmissionDelay } from "../../retransmission.js";
import type { IKESA } from "../../sa.js";
import { postponed, resumed, type Message } from "../message.js";
import { Flag, NotifyType } from "../wire/constants.js";
import { exchangeName } from "../wire/names.js";
import { sawReceived, sawSent } from "./seen.js";
import { refuse, type Protocol, type Step } from "./step.js";

/** How often a peer that asks again for the same answer gets it. */
const REPEATS = 2 * RETRANSMISSIONS;
/** Milliseconds after which work that the accelerator had no room for is offered again. */
const ACCELERATOR_PAUSE = 200;

/** Takes a message of an exchange that exists. */
export function receive<E extends Exchange>(context: Context, now: number, protocol: Protocol<E>, exchange: E, message: Message): void {
	if (exchange.busy) {
		context.counters.add("while-busy");
		return;
	}
	const sa = exchange.sa;
	if (message.fingerprint === exchange.received) {
		sawReceived(context, now, sa, exchange, protocol.steps(exchange)[exchange.step - 1]?.message ?? 0, "", 0);
		again(context, now, protocol, exchange);
		return;
	}
	const step = protocol.steps(exchange)[exchange.step];
	const name = protocol.name(exchange);
	const source = message.from.address;
	if (step?.receive === undefined) {
		refused(context, now, sa.peer, source, "unexpected-message", `${name}: message after the last one dropped`);
		return;
	}
	if (step.encrypted !== undefined && ((message.header.flags & Flag.ENCRYPTION) !== 0) !== step.encrypted) {
		// T28
		const reason = step.encrypted ? "not-encrypted" : "encrypted-too-early";
		refused(context, now, sa.peer, source, reason, `${name} ${step.message}: ${step.encrypted ? "message in clear" : "encrypted message"} dropped in state ${sa.state}`);
		return;
	}
	const result = step.receive(context, now, exchange, message, step);
	if (result.outcome === "drop") {
		sawReceived(context, now, sa, exchange, step.message, message.names, 0, "dropped");
		refused(context, now, sa.peer, source, result.reason, `${name} ${step.message} from ${formatAddress(source)} dropped: ${result.text}`);
	}
	else if (result.outcome === "refuse") {
		exchange.received = message.fingerprint;
		sawReceived(context, now, sa, exchange, step.message, message.names, 0, "refused");
		context.counters.add(result.reason);
		context.host.log.write(now, NOTICE, sa.peer, `${name} ${step.message} received: ${message.names}; refused: ${result.text}`);
		protocol.refuse(context, now, exchange, result);
	}
	else if (result.outcome === "postpone") {
		exchange.postponed = postponed(message, exchange.dueAt);
		exchange.dueAt = undefined;
		try {
			advance(context, now, protocol, exchange);
		}
		catch (error) {
			// Nothing says that the message is the peer's: it is dropped, and nothing has changed.
			tellOf(context, now, protocol, exchange, error);
			worked(context, exchange, true, "failed");
		}
	}
	else
		accept(context, now, protocol, exchange, message, step);
}

/** The shared secret is there for a message that waited for it, or cannot be had: then the message was none of the peer's. */
function takeAgain<E extends Exchange>(context: Context, now: number, protocol: Protocol<E>, exchange: E): void {
	const kept = exchange.postponed!;
	const { from } = kept;
	exchange.postponed = undefined;
	exchange.dueAt = kept.dueAt;
	context.table.soon(exchange.sa, kept.dueAt ?? Infinity);
	if (exchange.failure !== "") {
		exchange.forgetSecret();
		refused(context, now, exchange.sa.peer, from.address, exchange.failure === "refused" ? "public-value-refused" : "accelerator-failed",
			`${protocol.name(exchange)} from ${formatAddress(from.address)} dropped: its public value is not one of its group`);
		return;
	}
	receive(context, now, protocol, exchange, resumed(context.host.crypto, kept));
}

/** A valid message was taken: logs it, and sees to it that what it asks for is done. */
export function accept<E extends Exchange>(context: Context, now: number, protocol: Protocol<E>, exchange: E, message: Message, step: Step<E>): void {
	const sa = exchange.sa;
	exchange.received = message.fingerprint;
	exchange.tries = exchange.repeats = 0;
	exchange.dueAt = undefined;
	protocol.state(exchange, step.received);
	sawReceived(context, now, sa, exchange, step.message, message.names, step.received);
	context.host.log.write(now, INFO, sa.peer, `${protocol.name(exchange)} ${step.message} received: ${message.names}${stateText(step.received)}${message.decision === "" ? "" : `; ${message.decision}`}`);
	// What follows, work for the accelerator and the answer, is `dispatch`'s: a device's stack is short, and the message stands on it.
	exchange.busy = true;
	exchange.failure = "";
	context.finished.push(exchange);
}

/** Does the next thing that a step needs: our public value, the shared secret, a signature, or the answer. */
export function advance<E extends Exchange>(context: Context, now: number, protocol: Protocol<E>, exchange: E): void {
	const { keyAgreement } = context.host.crypto;
	if (exchange.needsPair) {
		exchange.busy = true;
		keyAgreement.generate(exchange.group as DHGroup, (pair, error) => {
			if (!exchange.closed)
				exchange.pair = pair;
			wipe(pair?.privateValue);
			if (pair === undefined || !goesOn(context, exchange))
				worked(context, exchange, pair === undefined, error);
		});
	}
	else if (exchange.needsSecret)
		agree(context, exchange);
	else if (protocol.steps(exchange)[exchange.step]!.prepare?.(context, exchange, (failed, error) => worked(context, exchange, failed, error)) === true)
		exchange.busy = true;
	else
		answer(context, now, protocol, exchange);
}

function agree(context: Context, exchange: Exchange): void {
	exchange.busy = true;
	context.host.crypto.keyAgreement.agree(exchange.pair!, exchange.peerPublic!, (secret, error) => {
		const failed = secret === undefined;
		if (!exchange.closed)
			exchange.secret = secret;
		wipe(secret);
		worked(context, exchange, failed, error);
	});
}

/** Our public value is there: whether the accelerator was given the shared secret to make at once, so that nothing else has to be looked at in between. */
function goesOn(context: Context, exchange: Exchange): boolean {
	// Others have waited longer.
	if (exchange.closed || context.starved.length > 0 || exchange.postponed !== undefined || !exchange.needsSecret)
		return false;
	try {
		agree(context, exchange);
		return true;
	}
	catch {
		// It is tried again where what is thrown ends the exchange.
		return false;
	}
}

function worked(context: Context, exchange: Exchange, failed: boolean, error: string | undefined): void {
	if (error !== "full")
		feed(context);
	if (exchange.closed)
		return;
	exchange.failure = failed ? error ?? "failed" : "";
	context.finished.push(exchange);
	context.onReady();
}

/** The accelerator has room for one more: for the exchange that has waited longest. */
function feed(context: Context): void {
	let next = context.starved.shift();
	while (next?.closed)
		next = context.starved.shift();
	if (next === undefined)
		return;
	next.failure = "";
	next.dueAt = undefined;
	context.finished.push(next);
}

/** The accelerator has done what it was asked for, or not. */
export function resume<E extends Exchange>(context: Context, now: number, protocol: Protocol<E>, exchange: E): void {
	if (exchange.closed)
		return;
	if (exchange.failure === "full") {
		// Still busy: messages wait, and the work is offered again, when other work of ours is done or, since it may be none of ours that there is no room for, after a while.
		context.starved.push(exchange);
		const first = context.starved[0]!;
		first.dueAt ??= now + ACCELERATOR_PAUSE;
		context.table.soon(first.sa, first.dueAt);
		return;
	}
	exchange.busy = false;
	if (exchange.postponed !== undefined)
		takeAgain(context, now, protocol, exchange);
	else if (exchange.failure === "")
		advance(context, now, protocol, exchange);
	else {
		// F09: what the peer sent is no public value. Or the accelerator is broken.
		const theirs = exchange.failure === "refused";
		context.counters.add(theirs ? "public-value-refused" : "accelerator-failed");
		protocol.refuse(context, now, exchange, refuse(NotifyType.INVALID_KEY_INFORMATION, theirs ? "public-value-refused" : "accelerator-failed",
			theirs ? "the peer's public value is not one of its group" : "the accelerator failed"));
	}
}

/** Sends what the current step sends, if anything, and steps on. */
function answer<E extends Exchange>(context: Context, now: number, protocol: Protocol<E>, exchange: E): void {
	const step = protocol.steps(exchange)[exchange.step]!;
	const sealed = step.send?.(context, now, exchange);
	exchange.step++;
	if (sealed === undefined) {
		exchange.sent = undefined;
		ended(context, now, protocol, exchange, step);
		return;
	}
	exchange.sent = sealed.bytes;
	exchange.sentText = `${protocol.name(exchange)} ${step.message + 1} sent: ${sealed.names}`;
	const sa = exchange.sa;
	const queued = context.outbox.push({
		bytes: sealed.bytes, to: exchange.to ?? sa.remote, localPort: sa.localPort, bare: false,
		emitted: (at) => {
			if (exchange.closed)
				return;
			protocol.state(exchange, step.sent);
			sawSent(context, at, sa, exchange, step.message + 1, sealed.names, step.sent);
			context.host.log.write(at, INFO, sa.peer, exchange.sentText + stateText(step.sent));
			try {
				sent(context, at, protocol, exchange, step);
			}
			catch (error) {
				broken(context, at, protocol, exchange, error);
			}
		}
	});
	if (!queued)
		sent(context, now, protocol, exchange, step);
}

/** What `step` sent is with the network. */
function sent<E extends Exchange>(context: Context, now: number, protocol: Protocol<E>, exchange: E, step: Step<E>): void {
	if (protocol.steps(exchange)[exchange.step] === undefined)
		ended(context, now, protocol, exchange, step);
	else {
		wait(context, now, exchange.sa, exchange, step);
		step.after?.(context, now, exchange);
	}
}

/** `step` was the last one. */
function ended<E extends Exchange>(context: Context, now: number, protocol: Protocol<E>, exchange: E, step: Step<E>): void {
	step.after?.(context, now, exchange);
	if (!exchange.closed)
		protocol.conclude(context, now, exchange);
}

/** Sets the time at which something has to be done when no message comes. */
function wait(context: Context, now: number, sa: IKESA, exchange: Exchange, step: { readonly repeats: boolean }): void {
	exchange.dueAt = now + (step.repeats ? retransmissionDelay(exchange.tries, context.host.crypto.random(1)[0]!) : HALF_OPEN_TIME);
	context.table.soon(sa, exchange.dueAt);
}

/** The peer sent its last message again: it did not get the answer (T30). */
export function again<E extends Exchange>(context: Context, now: number, protocol: Protocol<E>, exchange: E): void {
	context.counters.add("repeated");
	const steps = protocol.steps(exchange);
	// Where we wait for an answer ourselves, our own repetition is on its way.
	const asks = steps[exchange.step] !== undefined && steps[exchange.step - 1]?.repeats === true && steps[0]!.message === 0;
	if (asks && exchange.tries > 0)
		protocol.stuck?.(context, now, exchange);
	if (exchange.sent === undefined || asks || exchange.repeats >= REPEATS)
		return;
	exchange.repeats++;
	const sa = exchange.sa;
	sawSent(context, now, sa, exchange, (steps[exchange.step - 1]?.message ?? -1) + 1, "", 0);
	context.host.log.write(now, DEBUG, sa.peer, `${exchange.sentText}; again, since the peer repeated its message`);
	context.outbox.push({ bytes: exchange.sent, to: exchange.to ?? sa.remote, localPort: sa.localPort, bare: false, emitted: undefined });
}

/** A message of an exchange that is over: the last one again, or one that has no place in it. */
export function repeated(context: Context, now: number, sa: IKESA, over: Answered, message: Message): void {
	if (message.fingerprint !== over.received) {
		refused(context, now, sa.peer, message.from.address, "unexpected-message", `${exchangeName(message.header.exchangeType)}: message after the last one dropped`);
		return;
	}
	context.counters.add("repeated");
	if (over.sent === undefined || over.repeats >= REPEATS)
		return;
	over.repeats++;
	if (over.messageID === 0 && over.repeats === DOUBT && sa.phase2Negotiations === 0)
		unprovenProblem(context, now, sa, unheard(context, sa));
	context.host.log.write(now, DEBUG, sa.peer, `${exchangeName(message.header.exchangeType)}: last message sent again, since the peer repeated its own`);
	context.outbox.push({ bytes: new Uint8Array(over.sent), to: sa.remote, localPort: sa.localPort, bare: false, emitted: undefined });
}

/** Phase 1 is over here and not for the peer, which does not have our last message, or does not take it and keeps silent about that. */
function unheard({ gateway }: Context, { role, mode, remote, localPort }: IKESA): Finding {
	const number = mode === "main" ? 5 : role === "responder" ? 3 : 2;
	return finding("peer-unreachable", "silence", `${formatAddress(remote.address)} port ${remote.port} repeats its message ${number}, though ours that follows went out ${DOUBT + 1} times: it does not arrive there`
		+ (localPort === gateway.natTraversalPort ? `, since UDP port ${localPort} is blocked, to which NAT traversal moved,` : "") + " or is not taken");
}

/** A line about what was thrown, and where. */
function tellOf<E extends Exchange>(context: Context, now: number, protocol: Protocol<E>, exchange: E, error: unknown): void {
	context.counters.add("exchange-broken");
	context.host.log.write(now, ERROR, exchange.sa.peer, `${protocol.name(exchange)}, step ${exchange.step + 1}: a fault of this unit: ${printable(String(error))}`);
}

/** Something of ours threw: the exchange ends, so that nothing waits for it, and another can begin. What it held is given back. */
export function broken<E extends Exchange>(context: Context, now: number, protocol: Protocol<E>, exchange: E, error: unknown): void {
	tellOf(context, now, protocol, exchange, error);
	if (!exchange.closed)
		protocol.broken(context, now, exchange);
}

/** `dueAt` has come. What throws meanwhile ends the exchange. */
export function due<E extends Exchange>(context: Context, now: number, protocol: Protocol<E>, exchange: E): void {
	exchange.dueAt = undefined;
	try {
		if (exchange.busy) {
			const place = context.starved.indexOf(exchange);
			if (place >= 0)
				context.starved.splice(place, 1);
			exchange.busy = false;
			exchange.failure = "";
			advance(context, now, protocol, exchange);
		}
		else
			repeat(context, now, protocol, exchange);
	}
	catch (error) {
		broken(context, now, protocol, exchange, error);
	}
}

/** No answer came in time: what was sent goes again, or it is over. */
function repeat<E extends Exchange>(context: Context, now: number, protocol: Protocol<E>, exchange: E): void {
	const step = protocol.steps(exchange)[exchange.step - 1];
	const patience = protocol.patience?.(exchange) ?? RETRANSMISSIONS;
	if (step === undefined || !step.repeats || exchange.sent === undefined || exchange.tries >= patience) {
		protocol.silence(context, now, exchange);
		return;
	}
	exchange.tries++;
	context.counters.add("retransmitted");
	const sa = exchange.sa;
	sawSent(context, now, sa, exchange, step.message + 1, "", 0);
	context.host.log.write(now, INFO, sa.peer, `${exchange.sentText}; again, no answer (${exchange.tries} of ${patience})`);
	const last = sa.answered[0];
	if (sa.mode === "aggressive" && sa.role === "initiator" && sa.phase2Negotiations === 0 && last?.messageID === 0 && last.sent !== undefined)
		// T30: the peer may lack message 3, after which we heard nothing of it yet.
		context.outbox.push({ bytes: new Uint8Array(last.sent), to: sa.remote, localPort: sa.localPort, bare: false, emitted: undefined });
	context.outbox.push({ bytes: exchange.sent, to: exchange.to ?? sa.remote, localPort: sa.localPort, bare: false, emitted: undefined });
	wait(context, now, sa, exchange, step);
}

function stateText(state: number): string {
	return state === 0 ? "" : `; state ${state}`;
}
