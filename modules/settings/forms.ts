/**
 * What texts in the settings look like. Each function says what is wrong with a text, as the rest of a sentence that begins with the
 * text in quotes (`is not an IPv4 address`), or undefined when nothing is.
 */
import { formatAddress, netmask, parseAddress, parseNetwork } from "../addresses.js";
import { distinguishedName } from "../crypto/certificates.js";
import { isPrintable } from "../log/printable.js";
import { isHexadecimal } from "../texts.js";

/** Bytes of the longest name of a gateway, a peer, a connection or a user. */
const NAME_SIZE = 32;
/** Characters of the longest secret. */
const SECRET_SIZE = 256;
/** Characters of the longest text in PEM. */
const PEM_SIZE = 16384;
/** What stands for a secret where the settings are shown. */
export const HIDDEN = "(hidden)";

const notHidden = "is what stands for a secret where the settings are shown: expected the secret itself";

/** A name that goes into logs, commands and paths: any script, no slash, no space at its ends. */
export function label(text: string): string | undefined {
	if (text === "" || text === "." || text === ".." || text.trim() !== text || text.indexOf("/") >= 0 || !isPrintable(text))
		return "is not a name: expected text without \"/\", control characters and spaces at its ends";
	if (ArrayBuffer.fromString(text).byteLength > NAME_SIZE)
		return `is too long: expected a name of at most ${NAME_SIZE} bytes`;
	return undefined;
}

/** A name that HTTP Basic authentication can carry (RFC 7617: no colon). */
export function userName(text: string): string | undefined {
	return text.indexOf(":") >= 0 ? "is not a user name: \":\" cannot be part of one" : label(text);
}

/** Any IPv4 address that one host can have. */
export function hostAddress(text: string): string | undefined {
	const address = parseAddress(text);
	if (address === undefined)
		return "is not an IPv4 address";
	return address >= 0xe0000000 ? "is not an address of a host" : undefined;
}

/** One address, or two with a comma between them; "" for none. */
export function addressList(text: string): string | undefined {
	const comma = text.indexOf(",");
	for (const part of text === "" ? [] : comma < 0 ? [text] : [text.slice(0, comma), text.slice(comma + 1)]) {
		const address = parseAddress(part.trim());
		if (address === undefined)
			return "is not an IPv4 address, nor two with a comma between them";
		if (address === 0 || address >= 0xe0000000)
			return "is not an address of a host";
	}
	return undefined;
}

/** `52:54:00:12:34:56`, of one machine: six bytes, not of a group. */
export function hardwareAddress(text: string): string | undefined {
	const bytes = parseHardwareAddress(text);
	if (bytes === undefined)
		return "is not a hardware address: expected a form like \"52:54:00:12:34:56\"";
	return (bytes[0]! & 1) !== 0 ? "is not a hardware address of one machine: its first byte is odd" : undefined;
}

/** The six bytes, or undefined when `text` is not exactly that. */
export function parseHardwareAddress(text: string): number[] | undefined {
	const bytes: number[] = [];
	for (let i = 0; i < 6; i++) {
		const digits = text.slice(3 * i, 3 * i + 2);
		if (!isBytes(digits, 1, 1) || i < 5 && text.charAt(3 * i + 2) !== ":")
			return undefined;
		bytes.push(Number(`0x${digits}`));
	}
	return text.length === 17 ? bytes : undefined;
}

/** An address or a host name, "" for none. */
export function serverName(text: string): string | undefined {
	return text === "" ? undefined : text === "0.0.0.0" ? "is not an address of a host" : remoteGateway(text);
}

/** An address, 0.0.0.0 for any, or a host name. What has digits and dots alone is an address, right or wrong. */
export function remoteGateway(text: string): string | undefined {
	if (isHostName(text))
		return undefined;
	return hasLetter(text) && text.indexOf(":") < 0 ? "is not an IPv4 address or a host name" : hostAddress(text);
}

/** `10.1.0.1/24`: an address with the prefix length of its network. */
export function addressWithPrefix(text: string): string | undefined {
	const slash = text.indexOf("/");
	if (slash < 0)
		return parseAddress(text) === undefined ? notWithPrefix : "has no prefix length: expected a form like \"10.1.0.1/24\"";
	const prefix = parsePrefix(text.slice(slash + 1));
	const address = parseAddress(text.slice(0, slash));
	if (address === undefined || prefix < 0)
		return notWithPrefix;
	if (address === 0 || address >= 0xe0000000)
		return "is not an address of a host";
	const edge = networkEdge(address, prefix);
	return edge === undefined ? undefined : `${edge}: expected one of a host in it, like "${formatAddress((address & netmask(prefix)) + 1 >>> 0)}/${prefix}"`;
}

/** What the first and the last address of a network are, which no host may have; undefined: it is neither. Networks of two and of one have none such (RFC 3021). */
export function networkEdge(address: number, prefix: number): string | undefined {
	const hosts = ~netmask(prefix) >>> 0;
	const host = (address & hosts) >>> 0;
	if (prefix > 30 || host !== 0 && host !== hosts)
		return undefined;
	return host === 0 ? "is the address of the network itself" : "is the broadcast address of its network";
}

const notWithPrefix = "is not an IPv4 address with its prefix length";

/** `10.1.0.0/24`, an address alone for a network of one, or `10.1.0.1-10.1.0.9`. */
export function network(text: string): string | undefined {
	if (parseNetwork(text) !== undefined)
		return undefined;
	const slash = text.indexOf("/");
	if (slash >= 0) {
		const address = parseAddress(text.slice(0, slash));
		const prefix = parsePrefix(text.slice(slash + 1));
		if (address !== undefined && prefix >= 0)
			return `has bits set beyond its prefix: expected "${formatAddress((address & netmask(prefix)) >>> 0)}/${prefix}"`;
	}
	const dash = text.indexOf("-");
	if (dash >= 0 && parseAddress(text.slice(0, dash)) !== undefined && parseAddress(text.slice(dash + 1)) !== undefined)
		return "ends before it begins";
	return "is not an IPv4 network";
}

/** A device's name as Linux takes it (15 bytes), or `unix:` and the path of a socket (107 bytes). */
export function interfaceName(text: string): string | undefined {
	if (!isPrintable(text))
		return "is not a device name";
	if (text.startsWith("unix:")) {
		const size = ArrayBuffer.fromString(text).byteLength - 5;
		return size === 0 || size > 107 ? "is not a socket's path: expected \"unix:\" and 1 to 107 bytes" : undefined;
	}
	if (text === "" || text === "." || text === ".." || text.length > 15)
		return "is not a device name: expected 1 to 15 characters";
	for (let i = 0; i < text.length; i++) {
		const c = text.charCodeAt(i);
		if (c <= 0x20 || c >= 0x7f || c === 0x2f || c === 0x3a || c === 0x25)
			return "is not a device name: expected letters, digits, \"-\", \"_\" and \".\"";
	}
	return undefined;
}

/** What any identity may be; `fqdn` and `hostAddress` judge it by its type. */
export function identityText(text: string): string | undefined {
	return text === "" || text.length > 255 || !isPrintable(text) ? "is not an identity: expected 1 to 255 characters" : undefined;
}

/** A domain name (RFC 1034 3.5, with underscores): also one without a dot. */
export function fqdn(text: string): string | undefined {
	return isDomainName(text) ? undefined : "is not a domain name";
}

/** A mail address, as an identity of type user-fqdn is one (RFC 2407 4.6.2.4). */
export function userAtDomain(text: string): string | undefined {
	const at = text.lastIndexOf("@");
	return at > 0 && text.indexOf(" ") < 0 && isDomainName(text.slice(at + 1)) ? undefined : "is not of the form \"user@domain\"";
}

/** A key ID: text, or bytes as `0x` and hexadecimal digits. */
export function keyID(text: string): string | undefined {
	return text.startsWith("0x") && !isBytes(text.slice(2), 1, 126) ? "begins with 0x but is not whole bytes in hexadecimal digits" : undefined;
}

/** `C=DE, O=Example, CN=gate`, in the order of the certificate. */
export function distinguishedNameText(text: string): string | undefined {
	return distinguishedName(text) === undefined ? "is not a distinguished name: expected a form like \"C=DE, O=Example, CN=gate\"" : undefined;
}

/** Text in PEM: what is in it, the crypto library says. Does not quote it. */
export function pemText(text: string): string | undefined {
	return text.length > PEM_SIZE ? `is too long: expected at most ${PEM_SIZE} characters` : undefined;
}

/** A pre-shared key or a password. Does not quote it. */
function secretText(text: string): string | undefined {
	if (text === "")
		return "is empty";
	if (text === HIDDEN)
		return notHidden;
	if (text.length > SECRET_SIZE)
		return `is too long: expected at most ${SECRET_SIZE} characters`;
	return isPrintable(text) ? undefined : "has control characters or invisible ones";
}

/** The administrator's password: with a name of any length it fits into the header field in which browsers send both. Does not quote it. */
export function passwordText(text: string): string | undefined {
	return ArrayBuffer.fromString(text).byteLength > SECRET_SIZE ? `is too long: expected at most ${SECRET_SIZE} bytes` : secretText(text);
}

/** A pre-shared key: text, or bytes as `0x` and hexadecimal digits. */
export function sharedKey(text: string): string | undefined {
	if (text.startsWith("0x") && !isBytes(text.slice(2), 1, SECRET_SIZE))
		return "begins with 0x but is not whole bytes in hexadecimal digits";
	return text.startsWith("0x") && text.length <= 2 + 2 * SECRET_SIZE ? undefined : secretText(text);
}

/** `pbkdf2-sha256$ITERATIONS$SALT-HEX$KEY-HEX`, see password.ts. */
export function passwordHash(text: string): string | undefined {
	if (text === HIDDEN)
		return notHidden;
	const parts = text.split("$");
	const iterations = Number(parts[1]);
	return parts.length === 4 && parts[0] === "pbkdf2-sha256" && String(iterations) === parts[1] && iterations >= 1 && iterations <= 1000000
		&& isBytes(parts[2] as string, 8, 64) && isBytes(parts[3] as string, 32, 32) ? undefined : "is not a password hash";
}

/** Whole bytes in hexadecimal digits, `min` to `max` of them. */
function isBytes(text: string, min: number, max: number): boolean {
	return text.length % 2 === 0 && text.length >= 2 * min && text.length <= 2 * max && isHexadecimal(text);
}

/** 0 to 32, or -1 when `text` is not such a number. */
function parsePrefix(text: string): number {
	const prefix = text.length > 0 && text.length <= 2 ? Number(text) : -1;
	return prefix >= 0 && prefix <= 32 && String(prefix) === text ? prefix : -1;
}

/** A domain name that is not made of digits and dots alone (those are addresses gone wrong). */
function isHostName(text: string): boolean {
	return isDomainName(text) && hasLetter(text);
}

function hasLetter(text: string): boolean {
	for (let i = 0; i < text.length; i++) {
		if ((text.charCodeAt(i) | 0x20) >= 0x61)
			return true;
	}
	return false;
}

function isDomainName(text: string): boolean {
	if (text.length === 0 || text.length > 253)
		return false;
	let size = 0;
	let last = 0x2d;
	for (let i = 0; i < text.length; i++) {
		const c = text.charCodeAt(i);
		const dot = c === 0x2e;
		if (dot ? size === 0 || last === 0x2d : !(c >= 0x30 && c <= 0x39 || (c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a || c === 0x5f || c === 0x2d && size > 0))
			return false;
		size = dot ? 0 : size + 1;
		if (size > 63)
			return false;
		last = c;
	}
	return last !== 0x2d && last !== 0x2e;
}
