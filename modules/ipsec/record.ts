/** One record of the SAD: parameters to bytes, bytes to what a row of the status page shows. */
import type { Endpoint, Selector } from "../addresses.js";
import { authentications, encryptions } from "../crypto/algorithms.js";
import type { AuthenticationName } from "../crypto/types.js";
import { CONNECTIONS } from "../limits.js";
import { algorithmText, authenticationHash, encryptionKeySize, refusal } from "./algorithms.js";
import {
	FLAG_DYING, FLAG_EXTENDED, FLAG_SHORT_ICV, FLAG_UDP, INCOMING, MODE_TRANSPORT, MODE_TUNNEL, OUTGOING, PROTOCOL_AH, PROTOCOL_AH_ESP, PROTOCOL_ESP,
	SA_AH_HASH, SA_AH_KEY, SA_AH_KEY_SIZE, SA_AH_SPI, SA_AUTHENTICATION_KEY, SA_AUTHENTICATION_KEY_SIZE, SA_BORN_AT, SA_BYTES, SA_CIPHER, SA_DIRECTION,
	SA_ENCRYPTION_KEY, SA_ENCRYPTION_KEY_SIZE, SA_ERRORS, SA_FLAGS, SA_HARD_AT, SA_HARD_BYTES, SA_HASH, SA_IDENTITY, SA_IP_PROTOCOL, SA_KILOBYTES, SA_LOCAL_ADDRESS,
	SA_LOCAL_FIRST, SA_LOCAL_LAST, SA_LOCAL_PORT, SA_MODE, SA_PACKETS, SA_POLICY, SA_PROTOCOL, SA_REMOTE_ADDRESS, SA_REMOTE_FIRST, SA_REMOTE_LAST,
	SA_REMOTE_PORT, SA_SECONDS, SA_SELECTOR_LOCAL_PORT, SA_SELECTOR_REMOTE_PORT, SA_SOFT_AT, SA_SOFT_BYTES, SA_SPI
} from "./layout.js";
import { getNumber64, setNumber64 } from "./tables.js";
import type { Handle, SAParameters, SAStatus } from "./types.js";

/** RFC 2407 4.5: a kilobyte of a lifetime has 1,024 bytes. */
const kilobyte = 1024;

const word = 0x100000000;
/** Every fingerprint has it. */
const leadingOne = 2 ** 48;

/** Throws what is wrong with `parameters`; nothing was written yet. */
export function checkParameters(parameters: SAParameters): void {
	const { protocol, encryption, authentication, ahAuthentication, policy, local, remote } = parameters;
	if ((protocol === "ah") !== (encryption === undefined) || (protocol === "esp") !== (ahAuthentication === undefined))
		throw new RangeError(`${protocol} with ${encryption ?? "no encryption"} and ${ahAuthentication ?? "no authentication"} of AH`);
	if (protocol !== "esp" && parameters.udpEncapsulation)
		throw new RangeError(`${protocol} in UDP`);
	const refused = encryption === undefined ? undefined : refusal(encryption, authentication, protocol === "ah+esp");
	if (refused !== undefined)
		throw new RangeError(refused);
	if (parameters.encryptionKey.length !== (encryption === undefined ? 0 : encryptionKeySize(encryption)))
		throw new RangeError(`a key of ${parameters.encryptionKey.length} bytes for ${encryption ?? "no encryption"}`);
	checkKey(parameters.authenticationKey, encryption === undefined ? undefined : authentication);
	checkKey(parameters.ahKey, ahAuthentication);
	if (protocol === "ah+esp" && !(parameters.ahSPI >= 256 && parameters.ahSPI <= 0xffffffff))
		throw new RangeError(`SPI ${parameters.ahSPI}`);
	if (!(parameters.spi >= 256 && parameters.spi <= 0xffffffff))
		throw new RangeError(`SPI ${parameters.spi}`);
	if (!(policy >= 0 && policy < CONNECTIONS))
		throw new RangeError(`policy ${policy}`);
	if (local.first > local.last || remote.first > remote.last)
		throw new RangeError("an empty selector");
}

function checkKey(key: Uint8Array | undefined, authentication: AuthenticationName | undefined): void {
	const size = key?.length ?? 0;
	if (size !== (authentication === undefined ? 0 : authentications[authentication].keySize))
		throw new RangeError(`a key of ${size} bytes for ${authentication ?? "no authentication"}`);
}

/** Writes all of `parameters` into the record at `at`, whose state, generation and pair stay. Limits count from `now`. */
export function writeRecord(view: DataView, bytes: Uint8Array, at: number, now: number, parameters: SAParameters): void {
	view.setUint8(at + SA_DIRECTION, parameters.direction === "Incoming" ? INCOMING : OUTGOING);
	view.setUint8(at + SA_PROTOCOL, protocolNumber(parameters.protocol));
	view.setUint8(at + SA_MODE, parameters.mode === "transport" ? MODE_TRANSPORT : MODE_TUNNEL);
	view.setUint8(at + SA_CIPHER, parameters.encryption === undefined ? 0 : encryptions[parameters.encryption].number);
	view.setUint8(at + SA_HASH, authenticationHash(parameters.authentication));
	view.setUint8(at + SA_AH_HASH, authenticationHash(parameters.ahAuthentication));
	view.setUint16(at + SA_FLAGS, (parameters.udpEncapsulation ? FLAG_UDP : 0) | (parameters.extendedSequence ? FLAG_EXTENDED : 0)
		| (parameters.shortSHA256 ? FLAG_SHORT_ICV : 0), true);
	view.setUint32(at + SA_SPI, parameters.spi, true);
	view.setUint32(at + SA_AH_SPI, parameters.ahSPI, true);
	view.setUint16(at + SA_POLICY, parameters.policy, true);
	view.setUint32(at + SA_LOCAL_ADDRESS, parameters.localEndpoint.address, true);
	view.setUint16(at + SA_LOCAL_PORT, parameters.localEndpoint.port, true);
	view.setUint32(at + SA_REMOTE_ADDRESS, parameters.remoteEndpoint.address, true);
	view.setUint16(at + SA_REMOTE_PORT, parameters.remoteEndpoint.port, true);
	writeSelectors(view, at, parameters);
	writeLimits(view, at, now, parameters);
	view.setUint16(at + SA_ENCRYPTION_KEY_SIZE, parameters.encryptionKey.length, true);
	view.setUint16(at + SA_AUTHENTICATION_KEY_SIZE, parameters.authenticationKey.length, true);
	view.setUint16(at + SA_AH_KEY_SIZE, parameters.ahKey?.length ?? 0, true);
	view.setUint16(at + SA_IDENTITY, Math.floor(parameters.identity / word) & 0xffff, true);
	view.setUint32(at + SA_IDENTITY + 2, parameters.identity % word, true);
	bytes.set(parameters.encryptionKey, at + SA_ENCRYPTION_KEY);
	bytes.set(parameters.authenticationKey, at + SA_AUTHENTICATION_KEY);
	if (parameters.ahKey !== undefined)
		bytes.set(parameters.ahKey, at + SA_AH_KEY);
}

function writeSelectors(view: DataView, at: number, { local, remote, ipProtocol }: SAParameters): void {
	view.setUint8(at + SA_IP_PROTOCOL, ipProtocol);
	view.setUint32(at + SA_LOCAL_FIRST, local.first, true);
	view.setUint32(at + SA_LOCAL_LAST, local.last, true);
	view.setUint16(at + SA_SELECTOR_LOCAL_PORT, local.port, true);
	view.setUint32(at + SA_REMOTE_FIRST, remote.first, true);
	view.setUint32(at + SA_REMOTE_LAST, remote.last, true);
	view.setUint16(at + SA_SELECTOR_REMOTE_PORT, remote.port, true);
}

function writeLimits(view: DataView, at: number, now: number, { seconds, kilobytes, softSeconds, softKilobytes }: SAParameters): void {
	setNumber64(view, at + SA_BORN_AT, now);
	setNumber64(view, at + SA_SOFT_AT, softSeconds === 0 ? 0 : now + softSeconds * 1000);
	setNumber64(view, at + SA_HARD_AT, seconds === 0 ? 0 : now + seconds * 1000);
	setNumber64(view, at + SA_SOFT_BYTES, softKilobytes * kilobyte);
	setNumber64(view, at + SA_HARD_BYTES, kilobytes * kilobyte);
	view.setUint32(at + SA_SECONDS, seconds, true);
	view.setUint32(at + SA_KILOBYTES, kilobytes, true);
}

/** What the status page shows of the record at `at`. */
export function readStatus(view: DataView, at: number, handle: Handle): SAStatus {
	const incoming = view.getUint8(at + SA_DIRECTION) === INCOMING;
	const protocol = view.getUint8(at + SA_PROTOCOL);
	const flags = view.getUint16(at + SA_FLAGS, true);
	return {
		handle,
		spi: view.getUint32(at + SA_SPI, true),
		direction: incoming ? "Incoming" : "Outgoing",
		destination: view.getUint32(at + (incoming ? SA_LOCAL_ADDRESS : SA_REMOTE_ADDRESS), true),
		protocol: protocolText(protocol),
		algorithm: algorithmText(protocol !== PROTOCOL_AH, view.getUint8(at + SA_CIPHER), view.getUint8(at + SA_HASH), view.getUint8(at + SA_AH_HASH), (flags & FLAG_SHORT_ICV) !== 0),
		bornAt: getNumber64(view, at + SA_BORN_AT),
		lifetime: view.getUint32(at + SA_SECONDS, true),
		kilobytes: view.getUint32(at + SA_KILOBYTES, true),
		bytes: getNumber64(view, at + SA_BYTES),
		packets: getNumber64(view, at + SA_PACKETS),
		errors: getNumber64(view, at + SA_ERRORS),
		policy: view.getUint16(at + SA_POLICY, true),
		local: readSelector(view, at + SA_LOCAL_FIRST, at + SA_LOCAL_LAST, at + SA_SELECTOR_LOCAL_PORT),
		remote: readSelector(view, at + SA_REMOTE_FIRST, at + SA_REMOTE_LAST, at + SA_SELECTOR_REMOTE_PORT),
		dying: (flags & FLAG_DYING) !== 0,
	};
}

/** The protocol of the record at `at`, as `SAParameters` has it. */
export function readProtocol(view: DataView, at: number): SAParameters["protocol"] {
	const protocol = view.getUint8(at + SA_PROTOCOL);
	return protocol === PROTOCOL_AH ? "ah" : protocol === PROTOCOL_AH_ESP ? "ah+esp" : "esp";
}

/** The identity's fingerprint of the record at `at`. */
export function readIdentity(view: DataView, at: number): number {
	const lower = view.getUint16(at + SA_IDENTITY, true) * word + view.getUint32(at + SA_IDENTITY + 2, true);
	return lower === 0 ? 0 : leadingOne + lower;
}

/** This end, or the peer's, of the record at `at`. */
export function readEndpoint(view: DataView, at: number, isLocal: boolean): Endpoint {
	return {
		address: view.getUint32(at + (isLocal ? SA_LOCAL_ADDRESS : SA_REMOTE_ADDRESS), true),
		port: view.getUint16(at + (isLocal ? SA_LOCAL_PORT : SA_REMOTE_PORT), true),
	};
}

function readSelector(view: DataView, first: number, last: number, port: number): Selector {
	return { first: view.getUint32(first, true), last: view.getUint32(last, true), port: view.getUint16(port, true) };
}

function protocolNumber(protocol: SAParameters["protocol"]): number {
	return protocol === "ah" ? PROTOCOL_AH : protocol === "ah+esp" ? PROTOCOL_AH_ESP : PROTOCOL_ESP;
}

function protocolText(protocol: number): "ESP" | "AH" | "AH+ESP" {
	return protocol === PROTOCOL_AH ? "AH" : protocol === PROTOCOL_AH_ESP ? "AH+ESP" : "ESP";
}
