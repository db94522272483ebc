// Inputs to begin with, where the fuzzer would take long to find what a certificate, a packet or an image looks like: node tests/fuzz/seeds.mjs, then npm run fuzz.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../../hosts/setup.mjs";
import { found } from "./targets.mjs";

const { Authority, fromPEM } = await import(pathToFileURL(join(root, "build/js/tests/authority.js")).href);
const { claims } = await import(pathToFileURL(join(root, "build/js/tests/fuzz/js/signed.js")).href);

function save(target, name, ...parts) {
	mkdirSync(found(target), { recursive: true });
	writeFileSync(join(found(target), `seed-${name}`), Buffer.concat(parts.map((part) => Array.isArray(part) ? Buffer.from(part) : Buffer.from(part))));
}

const number16 = (value) => [value >> 8 & 255, value & 255];
/** With its size before it. */
const sized = (bytes) => Buffer.concat([Buffer.from(number16(bytes.length)), Buffer.from(bytes)]);

// ---- certificates, on elliptic curves where that will do, which makes them small ----
const folder = mkdtempSync(join(tmpdir(), "keygate-seeds-"));
const openssl = (...words) => execFileSync("openssl", words, { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
const file = (name, bytes) => {
	writeFileSync(join(folder, name), bytes);
	return name;
};
const authority = new Authority({ subject: "/C=DE/O=Example/CN=Root", curve: "P-256", pathLength: 1, nameConstraints: "permitted;DNS:.example" });
const intermediate = new Authority({ subject: "/CN=Between", curve: "P-256" }, authority);
const gate = intermediate.issue({ subject: "/C=DE/CN=gate.example", names: "DNS:gate.example,IP:10.0.0.1,email:a@b.example", extendedKeyUsage: "serverAuth" });
const rsa = authority.issue({ subject: "/CN=r", names: "DNS:r.example,DNS:*.r.example" });
authority.revoke(rsa);
const list = authority.list();
const der = (pem) => fromPEM(pem);
const blocks = (pem) => pem.match(/-----BEGIN[^]*?-----END[^\n]*\n/g).map(der);
for (const target of ["certificates-openssl", "certificates-mbedtls"]) {
	const claims = [authority, intermediate, gate].map(({ certificate }) => sized(der(certificate)));
	save(target, "trusted", [0, 1], sized(der(authority.certificate)), sized([]));
	save(target, "own", [0, 0 | 8], sized(der(gate.certificate)), sized(der(gate.key)));
	save(target, "own-rsa", [0, 0 | 8 | 64], sized(der(rsa.certificate)), sized(der(rsa.key)));
	save(target, "list", [0, 2], sized(der(list)), sized([]));
	save(target, "text", [0, 4 | 32], sized(Buffer.from(gate.certificate + intermediate.certificate)), sized(Buffer.from(gate.key)));
	for (const type of [0, 1, 2, 3])
		save(target, `peer-${type}`, [1, 4 | type << 3 | 1], sized(der(authority.certificate)), sized(der(list)), [type === 0 ? 4 : 12], type === 0 ? [10, 0, 0, 1] : Buffer.from("gate.example"), sized(Buffer.alloc(256, 3)), claims[2], claims[1]);
	save(target, "revoked", [1, 1 | 4], sized(der(authority.certificate)), sized(der(list)), [0], sized(Buffer.alloc(256, 3)), sized(der(rsa.certificate)));
	save(target, "file-der", [2, 0], der(gate.certificate));
	save(target, "file-crl", [2, 0], der(list));
	save(target, "file-pem", [2, 0], Buffer.from(gate.key + gate.certificate + intermediate.certificate));
	const words = ["-export", "-in", file("c.pem", gate.certificate), "-inkey", file("k.pem", gate.key), "-certfile", file("chain.pem", intermediate.certificate + authority.certificate), "-passout", "pass:secret", "-iter", "2"];
	const ciphers = {
		"aes": [], "3des": ["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"], "none": ["-keypbe", "NONE", "-certpbe", "NONE", "-nomac"],
		"aes128": ["-keypbe", "AES-128-CBC", "-certpbe", "AES-128-CBC"],
	};
	for (const name of Object.keys(ciphers))
		save(target, `file-p12-${name}`, [2, 1], openssl("pkcs12", ...words, ...ciphers[name]));
	save(target, "file-key", [2, 1], Buffer.from(gate.certificate), openssl("pkcs8", "-topk8", "-in", "k.pem", "-passout", "pass:secret", "-iter", "2"));
	for (const [i, text] of ["C=DE, O=Example, CN=gate", "/C=DE/O=Ex\\/a/CN=gate", "CN=\"a, b\"+OU=c"].entries())
		save(target, `name-${i}`, [3, 0], sized(blocks(gate.certificate)[0].subarray(60, 120)), Buffer.from(text));
}
for (const [i, claim] of claims(100, 1).entries())
	for (const target of ["certificates-openssl", "certificates-mbedtls"])
		save(target, `signed-${i}`, claim);
rmSync(folder, { recursive: true });

// ---- packets ----
const ip = (protocol, body, { options = [], fragment = 0, source = [10, 1, 0, 5], destination = [10, 2, 0, 7] } = {}) => Buffer.from([0x45 + options.length / 4, 0, ...number16(20 + options.length + body.length), 0, 7, ...number16(fragment), 64, protocol,
	0, 0, ...source, ...destination, ...options, ...body]);
const udp = [3, 232, 7, 208, 0, 12, 0, 0, 1, 2, 3, 4];
const tcp = [3, 232, 7, 208, 0, 0, 0, 1, 0, 0, 0, 0, 0x60, 2, 1, 1, 0, 0, 0, 0, 2, 4, 5, 180];
const packets = {
	udp: ip(17, udp), tcp: ip(6, tcp), first: ip(17, udp, { fragment: 0x2000 }), later: ip(17, udp, { fragment: 0x0002 }), options: ip(17, udp, { options: [7, 7, 4, 0, 0, 0, 0, 0] }),
	error: ip(1, [3, 4, 0, 0, 0, 0, 5, 0, ...ip(17, udp, { source: [10, 2, 0, 7], destination: [10, 1, 0, 5] })]), redirect: ip(1, [5, 0, 0, 0, 0, 0, 0, 0, ...ip(17, udp)]), large: ip(17, [...udp, ...Buffer.alloc(1600, 5)]),
	forbidden: ip(6, [...tcp, ...Buffer.alloc(1500, 1)], { fragment: 0x4000 }),
};
const all = Object.values(packets);
const ways = [[5, 0], [12, 1], [12, 2], [5, 4], [5, 8], [35, 16], [72, 0x22], [9, 5], [28, 6], [5, 12], [10, 0x80], [1, 0x10]];
for (const [i, way] of ways.entries()) {
	const header = [69, 0, 0, 0, 0, 1, 0, 0, 64, 50, 0, 0, 10, 0, 0, 2, 10, 0, 0, 1];
	const withHeader = (way[1] & 4) !== 0 || way[1] % 3 !== 0;
	save("inbound", `sealed-${i}`, way, [8], ...all.slice(0, 7).flatMap((bytes) => [[0, i & 3], withHeader ? header : [], sized(bytes)]));
	save("inbound", `raw-${i}`, way, [0], ...all.slice(0, 2).flatMap((bytes) => [[4, 0], withHeader ? header : [], sized(Buffer.concat([bytes, Buffer.from([1, 2, 2, 4])]))]));
	save("outbound", `sealed-${i}`, way, ...all.flatMap((bytes) => [[0, 1], sized(bytes)]));
	save("outbound", `parked-${i}`, way, [5], ...all.slice(0, 5).flatMap((bytes) => [[0, 1], sized(bytes)]), [5, 3, 1, 1, 56], Buffer.alloc(56, 2), [4, 2, 0, 0, 1], sized(packets.large), [2, 1, 0]);
}
for (const [name, bytes] of Object.entries(packets)) {
	const frame = Buffer.concat([Buffer.from([0x52, 0x54, 0, 0, 0, 2, 0x52, 0x54, 0, 0, 0, 9, 8, 0]), bytes]);
	save("ports", name, [12, 0x25], sized(frame), [0, 0, 50]);
}
const arp = (operation, sender, target) => Buffer.from([255, 255, 255, 255, 255, 255, 0x52, 0x54, 0, 0, 0, 0x66, 8, 6, 0, 1, 8, 0, 6, 4, 0, operation, 0x52, 0x54, 0, 0, 0, 0x66, ...sender, 0, 0, 0, 0, 0, 0, ...target, ...Buffer.alloc(18)]);
save("ports", "arp", [4, 0], sized(arp(1, [10, 0, 0, 9], [10, 0, 0, 1])), [4, 0], sized(arp(2, [10, 0, 0, 1], [10, 0, 0, 9])), [1, 10, 0, 0, 9], [4, 0], sized(arp(2, [10, 0, 0, 9], [10, 0, 0, 1])), [2, 0, 1], [0, 0x20, 0]);
save("offload", "cut", [1, 7, 1, 1, 0, 100], sized(packets.forbidden));
save("offload", "join", [0], ...[1, 1, 3, 1].flatMap((how) => [[how], sized(Buffer.alloc(300, 4))]));

// ---- firmware ----
const image = Buffer.concat([Buffer.from("kgfw\x01\0\0\0test-board\0\0\0\0\0\0"), Buffer.from("1.2.0".padEnd(32, "\0")), Buffer.alloc(200), Buffer.alloc(700, 9)]);
save("firmware", "update", [1 | 8 | 16], number16(image.length), number16(333), image, [3, 4, 6, 3]);
save("firmware", "slots", [0 | 8 | 32, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 255, 0, 0, 0, 0], [0 | 32 | 16], sized(image), [3, 3, 6]);
save("firmware", "power", [5, 0, 40], [1 | 8 | 16], number16(image.length), number16(2000), image, [3, 3]);
