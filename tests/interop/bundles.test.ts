/**
 * AH around ESP with a kernel's own IPsec: no IKE daemon negotiates such a bundle any more, so the VM's kernel gets its SAs by hand, and at our end the
 * packet engine alone seals pings and opens the answers.
 */
import { randomBytes } from "node:crypto";
import { Program } from "./processes.js";
import { result, withVM, type VMLab } from "./vm/lab.js";

/** Numbers of accelerator.h, the kernel's names, bytes of key and of salt. */
const ciphers = {
	"3des-cbc": [1, "cbc(des3_ede)", 24], "aes-128-cbc": [2, "cbc(aes)", 16], "aes-256-cbc": [4, "cbc(aes)", 32], "aes-128-gcm-16": [5, "rfc4106(gcm(aes))", 20],
	"aes-128-ctr": [8, "rfc3686(ctr(aes))", 20]
} as const;
const hashes = { "": [0, "", 0, 0], md5: [1, "hmac(md5)", 16, 96], sha1: [2, "hmac(sha1)", 20, 96], sha256: [3, "hmac(sha256)", 32, 128], sha512: [5, "hmac(sha512)", 64, 256] } as const;
/** Numbers of layout.h. */
const BUNDLE = 3;
const modes = { tunnel: 1, transport: 2 } as const;

interface Bundle {
	readonly mode: keyof typeof modes;
	readonly cipher: keyof typeof ciphers;
	readonly hash: keyof typeof hashes;
	readonly around: Exclude<keyof typeof hashes, "">;
}

const bundles: readonly Bundle[] = [
	{ mode: "tunnel", cipher: "3des-cbc", hash: "", around: "md5" }, { mode: "tunnel", cipher: "aes-128-cbc", hash: "", around: "sha1" },
	{ mode: "tunnel", cipher: "aes-256-cbc", hash: "sha1", around: "sha256" }, { mode: "tunnel", cipher: "aes-128-gcm-16", hash: "", around: "sha512" },
	{ mode: "tunnel", cipher: "aes-128-ctr", hash: "sha256", around: "sha256" }, { mode: "transport", cipher: "aes-128-cbc", hash: "sha256", around: "sha1" },
	{ mode: "transport", cipher: "aes-128-gcm-16", hash: "", around: "sha256" }
];

const SPI = 0x7d403c00;

function checksum(bytes: Buffer): number {
	let sum = 0;
	for (let i = 0; i < bytes.length; i += 2)
		sum += bytes.readUInt16BE(i);
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >>> 16);
	return ~sum & 0xffff;
}

/** An ICMP echo request. */
function request(from: string, to: string, sequence: number, size: number): Buffer {
	const icmp = Buffer.alloc(8 + size, "keygate ");
	icmp.writeUInt32BE(0x08000000);
	icmp.writeUInt16BE(0x4b47, 4);
	icmp.writeUInt16BE(sequence, 6);
	icmp.writeUInt16BE(checksum(icmp), 2);
	const head = Buffer.from([0x45, 0, 0, 0, 0, sequence, 0, 0, 64, 1, 0, 0, ...`${from}.${to}`.split(".").map(Number)]);
	head.writeUInt16BE(head.length + icmp.length, 2);
	head.writeUInt16BE(checksum(head), 10);
	return Buffer.concat([head, icmp]);
}

/** Who speaks to whom. */
function ends(mode: Bundle["mode"]): readonly [string, string] {
	return mode === "tunnel" ? ["10.1.0.1", "10.2.0.1"] : ["10.0.0.1", "10.0.0.2"];
}

/** The kernel's states, both ways with the same keys, and its policies. */
function kernel({ mode, cipher, hash, around }: Bundle, keys: { encryption: string; authentication: string; around: string }): string {
	const [, encryption] = ciphers[cipher];
	const gcm = cipher.includes("gcm");
	const authenticated = (name: keyof typeof hashes, key: string): string => name === "" ? "" : ` auth-trunc '${hashes[name][1]}' 0x${key} ${hashes[name][3]}`;
	const [near, far] = ends(mode);
	const lines = ["set -e", "ip xfrm policy flush", "ip xfrm state flush", "ip route replace 10.1.0.0/24 via 10.0.0.1"];
	for (const [from, to, direction, selector] of [["10.0.0.1", "10.0.0.2", "in", `src ${near} dst ${far}`], ["10.0.0.2", "10.0.0.1", "out", `src ${far} dst ${near}`]]) {
		const state = (protocol: string, each: string): string => `ip xfrm state add src ${from} dst ${to} proto ${protocol} spi ${SPI} mode ${each} replay-window 32`;
		lines.push(`${state("esp", mode)} ${gcm ? "aead" : "enc"} '${encryption}' 0x${keys.encryption}${gcm ? " 128" : ""}${authenticated(hash, keys.authentication)}`,
			`${state("ah", "transport")} flag align4${authenticated(around, keys.around)}`,
			`ip xfrm policy add ${selector} dir ${direction} tmpl src ${from} dst ${to} proto esp mode ${mode} tmpl src ${from} dst ${to} proto ah mode transport`);
	}
	return lines.join("\n");
}

/** The engine as a program, compiled when it is asked for first: with the sanitizers that takes many times what a test does. */
const engineTool = ((): () => Promise<string> => {
	let path: Promise<string> | undefined;
	// here, since it awaits while it loads, and ava takes no test of a file that does
	return () => path ??= import("../node/ipsec/programs.js").then(({ compile }) => compile("engine-tool", ["tool.c"]));
})();

async function exchange({ vm, network: { left } }: VMLab, bundle: Bundle): Promise<string[]> {
	const { mode, cipher, hash, around } = bundle;
	const keys = { encryption: randomBytes(ciphers[cipher][2]).toString("hex"), authentication: randomBytes(hashes[hash][2]).toString("hex"), around: randomBytes(hashes[around][2]).toString("hex") };
	await vm.peer("none");
	await vm.must(kernel(bundle, keys));
	const { NODE_OPTIONS: _, ...env } = process.env;
	const [near, far] = ends(mode);
	const engine = new Program([await engineTool()], { env });
	const wire = left.namespace.start(["/usr/bin/python3", "tests/interop/vm/raw.py", "51"]);
	try {
		await wire.waitFor(/ready\n/);
		const ask = async (line: string): Promise<string> => {
			const from = engine.output.length;
			engine.write(`${line}\n`);
			return (await engine.waitFor(/^(.*)\n/, { from }))[1]!;
		};
		await ask(`sa ${ciphers[cipher][0]} ${hashes[hash][0]} ${keys.encryption} ${keys.authentication || "-"} ${SPI} ${BUNDLE} ${modes[mode]} ${hashes[around][0]} ${keys.around} 0`);
		const answers: string[] = [];
		for (const [sequence, size] of [[1, 0], [2, 58], [3, 600], [4, 1200]] as const) {
			const ping = request(near, far, sequence, size);
			const from = wire.output.length;
			wire.write(`${await ask(`seal ${sequence} ${ping.toString("hex")}`)}\n`);
			const back = (await wire.waitFor(/([0-9a-f]{40,})\n/, { from }))[1]!;
			const opened = Buffer.from(await ask(`open ${back}`), "hex");
			// an echo reply with what was sent
			answers.push(opened.length === ping.length && opened[20] === 0 && opened.subarray(24).equals(ping.subarray(24)) ? "right" : opened.toString("hex"));
		}
		// one that is spoiled is dropped by the kernel, and counted
		const spoiled = Buffer.from(await ask(`seal 5 ${request(near, far, 5, 20).toString("hex")}`), "hex");
		spoiled[20 + 12]! ^= 1;
		const before = await vm.counter("XfrmInStateProtoError");
		wire.write(`${spoiled.toString("hex")}\n`);
		await vm.must(`until [ $(awk '$1 == "XfrmInStateProtoError" { print $2 }' /proc/net/xfrm_stat) = ${before + 1} ]; do sleep 0.1; done`);
		return answers;
	}
	finally {
		await wire.stop();
		await engine.stop();
	}
}

for (const bundle of bundles) {
	const name = `AH ${bundle.around} around ESP ${bundle.cipher}${bundle.hash === "" ? "" : ` ${bundle.hash}`}, ${bundle.mode} mode`;
	withVM(`bundle: ${name}, with a kernel's`, async (t, lab) => {
		t.deepEqual(await exchange(lab, bundle), ["right", "right", "right", "right"]);
		result(`bundle   kernel, keys by hand  ${name}: 4 of 4 pings, a spoiled one dropped`);
	});
}
