/** Target: settings documents and backups, as files and as what a page makes of them. What is refused names its place; what is taken can be written and read again. */
import { documentLines } from "../../../modules/settings/document.js";
import { parse } from "../../../modules/settings/validate.js";
import { bytesOf } from "../../unit/httpd/network.js";
import { example } from "../../unit/settings/example.js";
import { Input } from "./input.js";
import { holds, type Target } from "./loop.js";

const values: readonly unknown[] = [null, true, 0, -1, 1e300, "", "x", "10.0.0.0/8", "0.0.0.0/0", "255.255.255.255", "a".repeat(300), "\u0000\u202e", [], {}, [[]], { type: "fqdn", value: "x" }, 65535, 65536, 4294967296, "dhcp", "0.0.0.0", "10.0.0.2", "aes-128-gcm-16", "transport",
	{ __proto__: null }, "any", "pre-shared key", "certificate", [{}], 31, "on traffic", "esp", "ah", "md5", 0.5, "10.0.0.1-10.0.0.9"];
const keys = ["name", "version", "gateway", "peers", "connections", "phase1Proposals", "phase2Proposals", "remoteGateway", "mode", "localNetwork", "remoteNetwork", "preSharedKey", "lifetime", "remoteId", "certificates", "dhcp", "firewall", "ntp", "syslog", "__proto__", "constructor",
	"order", "pfs", "ipProtocol", "localPort", "authentication", "deadPeerDetection", "natTraversal", "admin", "wanAddress", "lanAddress", "ownCertificate", "enabled", "wanAddressing"];

/** The document with places changed that the input chooses. */
function spoiled(input: Input): string {
	const document = example();
	for (let count = 1 + input.byte() % 4; count > 0 && !input.isOver; count--) {
		let at: any = document;
		for (let depth = input.byte() % 6; depth > 0; depth--) {
			const below = Object.keys(at).filter((key) => typeof at[key] === "object" && at[key] !== null);
			if (below.length === 0)
				break;
			at = at[below[input.byte() % below.length]!];
		}
		const own = Object.keys(at);
		const how = input.byte();
		const key = how & 1 || own.length === 0 ? keys[input.byte() % keys.length]! : own[input.byte() % own.length]!;
		if (how & 2)
			Reflect.deleteProperty(at, key);
		else
			Object.defineProperty(at, key, { value: how & 4 ? structuredClone(values[input.byte() % values.length]) : String.fromCharCode(...input.bytes(input.byte() % 40)), enumerable: true, configurable: true, writable: true });
	}
	return JSON.stringify(document);
}

function judge(document: string | Uint8Array, firmware: boolean): void {
	const result = parse(document, 0, firmware);
	for (const { path, text } of [...result.faults, ...result.warnings])
		holds(text.length > 0 && text.length < 700 && path.length < 300, `a fault with a place and a text: ${path}: ${text}`);
	if (result.settings === undefined) {
		holds(result.faults.length > 0, "what is refused says why");
		return;
	}
	const written = [...documentLines(result.settings, true)].join("");
	const second = parse(written, 0, firmware);
	holds(second.settings !== undefined, `what was taken and written is taken again: ${second.faults[0]?.text}`);
	holds([...documentLines(second.settings, true)].join("") === written, "it is the same the second time");
}

function run(bytes: Uint8Array): void {
	const input = new Input(bytes);
	const how = input.byte();
	judge((how & 1) !== 0 ? spoiled(input) : input.rest(), (how & 2) !== 0);
}

const text = (value: string): Uint8Array => Uint8Array.of(0, ...bytesOf(value));

export const settingsTarget: Target = {
	name: "settings", run, runs: 1500,
	seeds: [text(JSON.stringify(example())), text("{\"version\":1}"), text("[[[[[[[[[["), text("{\"a\":\"\\ud800\\u0000\",\"b\":1e999}"), text("{\"version\":1,\"version\":1}"), ...Array.from({ length: 60 }, (_, i) => Uint8Array.of(1, 0, i % 6, i, i * 7, i & 4 | i & 1, i * 3, i)), ...Array.from({ length: 40 }, (_, i) => Uint8Array.of(i % 2 === 0 ? 1 : 3, 3, i % 5, i, 4, i * 3, i, 2, 0, i, 5, i, i * 5, 3, 1, 1, 4, i, i))],
	words: ["{", "}", "[", "]", ",", ":", "\"", "\\u0000", "\\", "1e5", "null", "true", ...keys.slice(0, 12).map((key) => `"${key}"`)].map((word) => text(word).slice(1)),
};
