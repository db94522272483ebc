/** Names of the numbers of this protocol, as logs write them. */
import type { Payload } from "./chain.js";

const exchanges: { readonly [type: number]: string } = Object.freeze({
	1: "base", 2: "main", 3: "authentication-only", 4: "aggressive", 5: "informational", 6: "transaction", 32: "quick", 33: "new-group"
});

const notifications: { readonly [type: number]: string } = Object.freeze({
	1: "INVALID-PAYLOAD-TYPE", 2: "DOI-NOT-SUPPORTED", 3: "SITUATION-NOT-SUPPORTED", 4: "INVALID-COOKIE",
	5: "INVALID-MAJOR-VERSION", 6: "INVALID-MINOR-VERSION", 7: "INVALID-EXCHANGE-TYPE", 8: "INVALID-FLAGS",
	9: "INVALID-MESSAGE-ID", 10: "INVALID-PROTOCOL-ID", 11: "INVALID-SPI", 12: "INVALID-TRANSFORM-ID",
	13: "ATTRIBUTES-NOT-SUPPORTED", 14: "NO-PROPOSAL-CHOSEN", 15: "BAD-PROPOSAL-SYNTAX", 16: "PAYLOAD-MALFORMED",
	17: "INVALID-KEY-INFORMATION", 18: "INVALID-ID-INFORMATION", 19: "INVALID-CERT-ENCODING", 20: "INVALID-CERTIFICATE",
	21: "CERT-TYPE-UNSUPPORTED", 22: "INVALID-CERT-AUTHORITY", 23: "INVALID-HASH-INFORMATION", 24: "AUTHENTICATION-FAILED",
	25: "INVALID-SIGNATURE", 26: "ADDRESS-NOTIFICATION", 27: "NOTIFY-SA-LIFETIME", 28: "CERTIFICATE-UNAVAILABLE",
	29: "UNSUPPORTED-EXCHANGE-TYPE", 30: "UNEQUAL-PAYLOAD-LENGTHS", 16384: "CONNECTED", 24576: "RESPONDER-LIFETIME",
	24577: "REPLAY-STATUS", 24578: "INITIAL-CONTACT", 36136: "R-U-THERE", 36137: "R-U-THERE-ACK"
});

/** "main"; "exchange 77" for what has no name. */
export function exchangeName(type: number): string {
	return exchanges[type] ?? "exchange " + type;
}

/** "NO-PROPOSAL-CHOSEN"; "notification 77" for what has no name. */
export function notificationName(type: number): string {
	return notifications[type] ?? "notification " + type;
}

const namesOf = native<(payloads: readonly Pick<Payload, "type">[], count: number) => string>("xs_chain_names");

/** The payloads of a message in their order, for its line in the log: "SA VID*3"; "payload 77" for what has no name. */
export function payloadNames(list: readonly Pick<Payload, "type">[]): string {
	return namesOf(list, list.length);
}

/** Of one payload. */
export function payloadName(type: number): string {
	return namesOf([{ type }], 1);
}
