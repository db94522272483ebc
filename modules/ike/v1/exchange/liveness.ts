/**
 * Dead peer detection (RFC 3706). Whatever only the peer can have sent, and only now, is a sign of life: ESP that passed the replay
 * check, an answer with our nonce, the acknowledgement of a number that nobody could know, the Delete of what there was. When there was none for a while the peer
 * is asked; when it does not answer, it is dead. A question whose answer this unit may have missed, since it had too much to do, is not held against the peer.
 */
import { formatAddress } from "../../../addresses.js";
import type { Path } from "../../children.js";
import type { Context } from "../../context.js";
import { finding, phase1Problem } from "../../diagnosis.js";
import { canReach } from "../../hostnames.js";
import { PROBES } from "../../../limits.js";
import { DEBUG, NOTICE, WARNING } from "../../../log/types.js";
import type { IKESA } from "../../sa.js";
import { ANSWER_PAUSE, HINT_PAUSE, probePause, PUNCTUAL, silence } from "../../schedule.js";
import { uint32 } from "../../bytes.js";
import type { Message } from "../message.js";
import { read32 } from "../wire/bytes.js";
import { NotifyType, PayloadType, ProtocolID } from "../wire/constants.js";
import { emitNotification, type Notification } from "../wire/notification.js";
import { forgetPeer } from "./end.js";
import { sendProtected } from "./notify.js";
import { follow } from "./pair.js";

/** Bytes of a sequence number. */
const SEQUENCE_SIZE = 4;
/** A question with one of so many numbers that we had last is one of ours that came back: 22 days of one every 30 seconds, and hardly ever a peer's own. */
const OWN_NUMBERS = 0x10000;

/** Milliseconds that an IKE SA has to come to be: a device may take seconds for each exponentiation. */
const NEGOTIATION = 30000;

/** Looks after the peer from now on, if it can be asked (T25) and the settings want it. */
export function watch(context: Context, now: number, sa: IKESA): void {
	const interval = sa.settings?.deadPeerDetection.interval ?? 0;
	sa.probes = sa.excused = 0;
	sa.livenessAt = sa.isEstablished && sa.deadPeerDetection && interval > 0 ? now + silence(sa.role, interval) : undefined;
	if (sa.livenessAt !== undefined && sa.probe === 0)
		// RFC 3706 6.2: unpredictable, and far from its end.
		sa.probe = read32(context.host.crypto.random(SEQUENCE_SIZE), 0) & 0x7fffffff;
	context.table.soon(sa, sa.livenessAt ?? Infinity);
}

/** `livenessAt` has come. */
export function checkLife(context: Context, now: number, sa: IKESA): void {
	const { interval, timeout } = sa.settings!.deadPeerDetection;
	if (context.table.current(sa.peer) !== sa) {
		// Another has taken over, and looks after the peer; but it may go before this one.
		sa.probes = 0;
		sa.livenessAt = now + silence(sa.role, interval);
		return;
	}
	const heard = lastHeard(context, sa);
	if (sa.probes === 0 ? now - heard < silence(sa.role, interval) : heard > sa.probedAt) {
		sa.probes = sa.excused = 0;
		sa.livenessAt = Math.max(heard + silence(sa.role, interval), now + 1000);
		return;
	}
	if (sa.probes > 0 && mayHaveMissed(context, now, sa)) {
		sa.excused++;
		context.counters.add("probe-excused");
	}
	if (sa.probes - sa.excused < PROBES)
		ask(context, now, sa);
	else {
		const seconds = Math.round((now - heard) / 1000);
		context.counters.add("peer-dead");
		context.host.log.write(now, WARNING, sa.peer, `${formatAddress(sa.remote.address)} is dead: no sign of life for ${seconds} s (interval ${interval} s, timeout ${timeout} s), ${sa.probes} R-U-THERE without an answer`);
		phase1Problem(context, now, sa, finding("peer-unreachable", "silence", `${formatAddress(sa.remote.address)} port ${sa.remote.port} was up and has given no sign of life for ${seconds} s`));
		forgetPeer(context, now, sa.peer, "the peer is dead");
	}
}

/**
 * `livenessAt` of a peer has come whose pairs live on without an IKE SA: when nothing comes by them, there is nothing to ask it by. One is negotiated, and looks after the peer then. If none has
 * come to be when the settings' timeout is over, and nothing by the pairs, the peer is dead.
 */
export function checkPath(context: Context, now: number, path: Path): void {
	const { peer, remote } = path;
	const settings = context.connections.peer(peer);
	const { interval, timeout } = settings?.deadPeerDetection ?? { interval: 0, timeout: 0 };
	if (settings === undefined || interval === 0 || !canReach(settings)) {
		path.livenessAt = Infinity;
		return;
	}
	const heard = context.host.heard(peer);
	const pause = silence("initiator", interval);
	const { askedAt } = path;
	if (askedAt === undefined ? now - heard < pause : heard > askedAt) {
		path.askedAt = undefined;
		path.livenessAt = Math.max(heard + pause, now + 1000);
		return;
	}
	if (askedAt === undefined) {
		path.askedAt = now;
		path.livenessAt = now + Math.max(timeout * 1000 - pause, NEGOTIATION);
		context.host.log.write(now, NOTICE, peer, `nothing has come from ${formatAddress(remote.address)} for ${interval} s, and there is no IKE SA to ask it by: one is negotiated`);
		context.waiting.add({ peer, connection: "", replaces: 0 });
		return;
	}
	context.counters.add("peer-dead");
	context.host.log.write(now, WARNING, peer, `${formatAddress(remote.address)} is dead: nothing has come from it for ${Math.round((now - Math.max(heard, askedAt - pause)) / 1000)} s, and no IKE SA has come to be`);
	phase1Problem(context, now, { peer, role: "initiator", mode: settings.phase1Mode, state: 0, remote },
		finding("peer-unreachable", "silence", `${formatAddress(remote.address)} port ${remote.port} was up, and negotiates no IKE SA any more`));
	forgetPeer(context, now, peer, "the peer is dead");
}

/** The peer's last proof of life under any of its IKE SAs: of two that came up at once it may use the other one, or have lost this one. */
function lastHeard(context: Context, { peer }: IKESA): number {
	let last = context.host.heard(peer);
	for (const { heardAt } of context.table.of(peer))
		last = Math.max(last, heardAt);
	return last;
}

/** Whether the answer to the last question may have come, and this unit did not look: it is late itself, messages wait, or there was no room for some. */
function mayHaveMissed({ host }: Context, now: number, { livenessAt, role, settings }: IKESA): boolean {
	const { interval, timeout } = settings!.deadPeerDetection;
	return now - livenessAt! >= PUNCTUAL || host.missed?.(livenessAt! - probePause(silence(role, interval), timeout)) === true;
}

function ask(context: Context, now: number, sa: IKESA): void {
	const { interval, timeout } = sa.settings!.deadPeerDetection;
	if (sa.probes === 0)
		sa.probedAt = now;
	sa.probes++;
	sa.probe = (sa.probe + 1) >>> 0;
	sa.livenessAt = now + probePause(silence(sa.role, interval), timeout);
	context.table.soon(sa, sa.livenessAt);
	send(context, sa, NotifyType.R_U_THERE, sa.cookies, uint32(sa.probe), `R-U-THERE ${sa.probe}`);
}

function send(context: Context, sa: IKESA, type: number, spi: Uint8Array, data: Uint8Array, text: string): void {
	sendProtected(context, sa, [{ type: PayloadType.NOTIFICATION, body: emitNotification({ protocol: ProtocolID.ISAKMP, type, spi, data }) }], text);
}

/** R-U-THERE, authenticated: answered always, whether or not we ask ourselves; the number goes back as it came. */
export function answerProbe(context: Context, now: number, sa: IKESA, message: Message, { spi, data }: Notification): void {
	if (data.length !== SEQUENCE_SIZE) {
		context.counters.add("malformed-length");
		return;
	}
	const number = read32(data, 0);
	// Nothing in an informational message says which of the two has sent it: somebody on the way can send ours back, and the answer to it as well.
	const behind = sa.probe === 0 ? Infinity : (sa.probe - number) >>> 0;
	if (behind < sa.probes) {
		context.counters.add("reflected");
		return;
	}
	if (behind >= OWN_NUMBERS && (sa.asked < 0 || isLater(number, sa.asked))) {
		// Not one that somebody kept: a sign of life, and of where the peer is now (T22).
		sa.asked = number;
		sa.heardAt = now;
		follow(context, sa, message);
		context.host.alive?.(now, sa.peer);
	}
	// The same message can be sent again by anybody, as often as one likes.
	if (now - sa.answeredAt < ANSWER_PAUSE && sa.answeredAt !== 0) {
		context.counters.add("probed-too-often");
		return;
	}
	sa.answeredAt = now;
	send(context, sa, NotifyType.R_U_THERE_ACK, spi, data, "R-U-THERE-ACK");
}

/** R-U-THERE-ACK, authenticated. Only the number of a question that waits for its answer counts: others may be from yesterday. */
export function acknowledged(context: Context, now: number, sa: IKESA, message: Message, { data }: Notification): void {
	const interval = sa.settings?.deadPeerDetection.interval ?? 0;
	const behind = data.length === SEQUENCE_SIZE ? (sa.probe - read32(data, 0)) >>> 0 : Infinity;
	if (behind >= sa.probes) {
		context.counters.add("wrong-acknowledgement");
		context.host.log.limited(now, NOTICE, sa.peer, sa.remote.address, "wrong-acknowledgement", "R-U-THERE-ACK with another number than that of our question ignored");
		return;
	}
	sa.heardAt = now;
	sa.probes = sa.excused = 0;
	sa.livenessAt = now + silence(sa.role, interval);
	context.table.soon(sa, sa.livenessAt);
	follow(context, sa, message);
	context.host.alive?.(now, sa.peer);
}

/** Of two sequence numbers that wrap around. */
function isLater(a: number, b: number): boolean {
	const ahead = (a - b) >>> 0;
	return ahead !== 0 && ahead < 0x80000000;
}

/** T29: somebody says, without proof, that the peer at `address` does not have what we have. It is asked, and answers if that is not so. */
export function suspect(context: Context, now: number, address: number): void {
	for (const sa of context.table) {
		if (sa.remote.address !== address || context.table.current(sa.peer) !== sa)
			continue;
		if (sa.livenessAt === undefined || sa.probes > 0)
			continue;
		if (now - sa.heardAt < HINT_PAUSE)
			continue;
		context.host.log.limited(now, DEBUG, sa.peer, address, "suspect", `${formatAddress(address)} may have lost its SAs: asked whether it is there`);
		ask(context, now, sa);
	}
}
