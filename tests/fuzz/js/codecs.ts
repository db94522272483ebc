/** Target: everything that takes bytes of the network apart. What comes out is a sound fault, or reaches nowhere outside the bytes; what can be written again reads the same. */
import { parseMessage } from "../../../modules/dhcp/message.js";
import { parseAnswer } from "../../../modules/ntp/packet.js";
import { sameBytes } from "../../../modules/ike/v1/wire/bytes.js";
import { checkAttributes } from "../../../modules/ike/v1/wire/attributes.js";
import { parseCertificate, parseCertificateRequest } from "../../../modules/ike/v1/wire/cert.js";
import { emitChain, parsePayloads } from "../../../modules/ike/v1/wire/chain.js";
import { parseDelete } from "../../../modules/ike/v1/wire/delete.js";
import { isFault } from "../../../modules/ike/v1/wire/fault.js";
import { emitFragment, parseFragment } from "../../../modules/ike/v1/wire/fragment.js";
import { parseHash } from "../../../modules/ike/v1/wire/hash.js";
import { parseHeader } from "../../../modules/ike/v1/wire/header.js";
import { parseID } from "../../../modules/ike/v1/wire/id.js";
import { parseKE } from "../../../modules/ike/v1/wire/ke.js";
import { parseNATD, parseNATOA } from "../../../modules/ike/v1/wire/nat.js";
import { parseNonce } from "../../../modules/ike/v1/wire/nonce.js";
import { emitNotification, parseNotification } from "../../../modules/ike/v1/wire/notification.js";
import { parsePhase1 } from "../../../modules/ike/v1/wire/phase1.js";
import { parsePhase2 } from "../../../modules/ike/v1/wire/phase2.js";
import { emitReason, parseReason } from "../../../modules/ike/v1/wire/reason.js";
import { emitSA, parseSA } from "../../../modules/ike/v1/wire/sa.js";
import { parseVendor } from "../../../modules/ike/v1/wire/vendor.js";
import { complaint, embedded, type Parser } from "../../unit/ike/wire/hostile.js";
import { Input } from "./input.js";
import { holds, type Target } from "./loop.js";

const whole = (parse: (bytes: Uint8Array) => object): Parser => parse;

/** They are given what parseSA has found to be attributes. */
const attributes = (parse: (bytes: Uint8Array) => object): Parser => (bytes) => checkAttributes(bytes, 0, bytes.length) ?? parse(bytes);

const parsers: readonly Parser[] = [
	whole((bytes) => parsePayloads(bytes.subarray(1), bytes[0] ?? 0, 0, Math.max(0, bytes.length - 1))), whole(parseHeader), whole(parseSA), whole(parseID), whole(parseNotification), whole(parseDelete), whole(parseCertificate),
	whole(parseCertificateRequest), whole(parseFragment), whole(parseNonce), whole(parseNATOA), whole((bytes) => parseNATD(bytes, 20)), whole((bytes) => parseHash(bytes, 32)), whole((bytes) => parseKE(bytes, 31)),
	whole((bytes) => parseKE(bytes, 19)), attributes(parsePhase1), attributes(parsePhase2),
];

/** What was read can be written, and read again. */
function again(bytes: Uint8Array, index: number): void {
	switch (index) {
	case 0: {
		const chain = parsePayloads(bytes.subarray(1), bytes[0] ?? 0, 0, bytes.length - 1);
		if (!isFault(chain)) {
			const emitted = emitChain(chain);
			holds(emitted.length <= bytes.length, "a chain that is written is not longer");
		}
		break;
	}
	case 2: {
		const sa = parseSA(bytes);
		if (!isFault(sa)) {
			const second = parseSA(emitSA(sa));
			holds(!isFault(second) && second.length === sa.length, "proposals that are written are read again");
		}
		break;
	}
	case 4: {
		const notification = parseNotification(bytes);
		if (!isFault(notification)) {
			const { data } = notification;
			holds(!isFault(parseNotification(emitNotification(notification))), "a notification that is written is read again");
			const reason = parseReason(data);
			if (reason !== undefined)
				holds(sameBytes(emitReason(reason.code, reason.group), data), "a reason that is written is the one that was read");
		}
		break;
	}
	case 8: {
		const fragment = parseFragment(bytes);
		if (!isFault(fragment))
			holds(!isFault(parseFragment(emitFragment(fragment))), "a fragment that is written is read again");
		break;
	}
	default:
	}
}

function run(bytes: Uint8Array): void {
	const input = new Input(bytes);
	const index = input.byte() % (parsers.length + 3);
	const rest = embedded(input.rest());
	const parse = parsers[index];
	if (parse !== undefined) {
		const text = complaint(parse, rest);
		holds(text === "", `parser ${index}: ${text}`);
		again(rest, index);
	}
	else if (index === parsers.length)
		parseVendor(rest);
	else if (index === parsers.length + 1)
		parseMessage(rest);
	else
		parseAnswer(rest, rest.subarray(24, 32), (a, b) => a.join() === b.join());
}

const hex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const sa = "0000000100000001" + "02000028010304020000abcd0300000c010c0000800400010000000c020300000002000400015180".slice(0, 80) + "00000014020204010000fffe0000000807050000";

export const codecsTarget: Target = {
	name: "codecs", run, runs: 10000,
	seeds: [
		hex("000a0000080102030405000008aabbccdd"), hex("01" + "0102030405060708" + "0000000000000000" + "01100200" + "00000000" + "0000001c"), hex("02" + sa), hex("0301000000" + "0a000001"), hex("0304000000" + "0a000000ffffff00"),
		hex("0400000001030460020000abcd"), hex("0500000001030400010000abcd"), hex("060430820101"), hex("0704"), hex("08000100010001aabb"), hex("09" + "11".repeat(20)), hex("0a010000000a000001"), hex("0b" + "22".repeat(20)),
		hex("0c" + "33".repeat(32)), hex("0d" + "44".repeat(32)), hex("0f80010007800e0080800200048003000180040013800b0001000c000400015180"), hex("10800100010002000400015180800400018005000280060080"), hex("11" + "afcad71368a1f1c96b8696fc77570100"),
		Uint8Array.of(18, 1, 1, 6, 0, ...new Uint8Array(232), 0x63, 0x82, 0x53, 0x63, 53, 1, 1, 55, 3, 1, 3, 6, 255), Uint8Array.of(19, 0x24, 2, ...new Uint8Array(46)),
	],
	words: [hex("80010007"), hex("0000"), hex("ffff"), hex("00000001"), hex("63825363"), hex("800b0001000c0004")],
};
