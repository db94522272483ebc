/**
 * The Node host: what XS and the C side give to keygate's modules, so that the unit tests run in Node. Load it before any module:
 * `node --import ./build/js/hosts/node/natives.js`.
 */
import { addressNatives } from "./addresses.js";
import { certificateNatives } from "./certificates.js";
import { credentialNatives } from "./credentials.js";
import { cryptoNatives } from "./crypto.js";
import { ikeNatives } from "./ike.js";
import { ipsecNatives } from "./ipsec.js";
import { logNatives } from "./log.js";
import { recordsNatives } from "./records.js";
import { settingsNatives } from "./settings.js";
import { tables } from "./tables.js";

/** C functions by name; each room's are in a file of their own. */
const natives = new Map<string, unknown>(Object.entries({
	...addressNatives,
	...certificateNatives,
	...credentialNatives,
	...cryptoNatives,
	...ikeNatives,
	...ipsecNatives,
	...logNatives,
	...recordsNatives,
	...settingsNatives,
	...tables,
}));

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

function lookUp(name: string): unknown {
	return natives.get(name) ?? (() => { throw new Error(`native ${name} is not available in Node`); });
}

function define(target: object, name: string, value: unknown): void {
	Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });
}

define(globalThis, "native", lookUp);
define(globalThis, "trace", (text: string) => { process.stderr.write(text); });
define(ArrayBuffer, "fromString", (text: string) => encoder.encode(text).slice().buffer);
define(String, "fromArrayBuffer", (bytes: ArrayBuffer) => decoder.decode(bytes));
