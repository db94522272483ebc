/** Target: what a browser, or what says to be one, sends to the pages: on several connections, in pieces, with and without the password and the form's token. */
import { HTTP_CONNECTIONS } from "../../../modules/limits.js";
import { Authentication } from "../../../modules/httpd/authentication.js";
import { HTTPServer } from "../../../modules/httpd/server.js";
import { FormToken } from "../../../modules/httpd/token.js";
import { Router } from "../../../modules/pages/router.js";
import { fakeCrypto } from "../../unit/httpd/crypto.js";
import { bytesOf, Network, type Client } from "../../unit/httpd/network.js";
import { connection, fakeGateway, ike, sa } from "../../unit/pages/gateway.js";
import { fakeServices } from "../../unit/pages/services.js";
import { ADMIN } from "../../unit/pages/site.js";
import { Input } from "./input.js";
import { holds, type Target } from "./loop.js";

const paths = ["/", "/status", "/status.json", "/metrics", "/settings", "/settings/gateway", "/settings/peer?name=branch", "/settings/connection?peer=branch&name=office", "/logs", "/logs?log=firewall&search=x", "/problems", "/peers", "/certificates",
	"/backup", "/firmware", "/sheet?peer=branch", "/negotiations?peer=branch", "/style.css", "/keygate.js", "/delete", "/ask?peer=branch", "/setup", "/attempts", "/settings/network", "/settings/password"] as const;
const methods = ["GET", "POST", "HEAD", "PUT", "OPTIONS", "G\u0000T"] as const;
const fields = ["Host: 10.1.0.1", ADMIN.trim(), "Connection: close", "Connection: keep-alive", "Content-Type: application/x-www-form-urlencoded", "Content-Type: multipart/form-data; boundary=xx", "Transfer-Encoding: chunked", "Expect: 100-continue",
	"Content-Length: 5", "Content-Length: 99999999", "Origin: http://10.1.0.1", "Origin: http://evil.example", "Sec-Fetch-Site: cross-site", "Authorization: Digest username=\"admin\", realm=\"gate-a\", nonce=\"x\", uri=\"/\", response=\"00\"", "Host: evil.example", "If-None-Match: \"x\""] as const;
const names = ["token", "name", "peer", "revision", "remoteGateway", "preSharedKey", "localNetwork", "remoteNetwork", "action", "phase1Proposals.0.hash", "file", "passphrase", "enabled", "user", "password", "order", "spi", "id"] as const;

interface Served {
	readonly network: Network;
	readonly token: string;
	readonly faults: string[];
	settle(): void;
}

function serve(): Served {
	const fake = fakeGateway();
	fake.securityAssociations = [sa(0), sa(1)];
	fake.ikeSecurityAssociations = [ike(0)];
	fake.connections = [connection(0)];
	const network = new Network();
	const crypto = fakeCrypto();
	const token = new FormToken(crypto);
	const authentication = new Authentication({ realm: "gate-a", crypto, now: () => network.time, verify: (user, password) => user === "admin" && password === "secret" });
	const faults: string[] = [];
	const services = fakeServices(fake);
	const server = new HTTPServer({
		Listener: network.Listener, TCP: network.TCP, port: 80, now: () => network.time, fault: (text) => faults.push(text), workspace: services.workspace,
		handler: new Router({ commands: fake.commands, log: fake.log, firewall: fake.firewall, authentication, token, random: crypto.random, ...services, firmware: undefined, names: ["localhost"] }),
	});
	const served = { network, token: "", faults, settle: () => { services.settle(); server.poll(network.time); } };
	const asked = network.connect();
	asked.send(`GET /settings HTTP/1.1\r\nHost: 10.1.0.1\r\n${ADMIN}Connection: close\r\n\r\n`);
	const found = /name=token value=([0-9a-zA-Z]+)/.exec(asked.received);
	asked.leave();
	return { ...served, token: found?.[1] ?? "" };
}

/** Bytes as text, one character each, so that none of them is more than one byte. */
function raw(bytes: Uint8Array): string {
	let text = "";
	for (const byte of bytes)
		text += String.fromCharCode(byte & 127);
	return text;
}

function body(input: Input, token: string): string {
	const how = input.byte();
	if (how & 1)
		return raw(input.bytes(input.byte() * 4));
	const pairs: string[] = how & 2 ? [`token=${token}`] : [];
	for (let count = how >> 2 & 15; count > 0; count--)
		pairs.push(`${input.pick(names)}=${encodeURIComponent(raw(input.bytes(input.byte() % 40)))}`);
	return how & 64 ? `--xx\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n${pairs.join("\r\n")}\r\n--xx${how & 128 ? "--" : ""}\r\n` : pairs.join("&");
}

function request(input: Input, token: string): string {
	const how = input.byte();
	if (how === 255)
		return raw(input.bytes(input.byte()));
	const path = input.pick(paths) + (how & 1 ? raw(input.bytes(input.byte() % 30)) : "");
	let head = `${how & 2 ? "POST" : input.pick(methods)} ${path} HTTP/1.${how & 4 ? 0 : 1}\r\nHost: 10.1.0.1\r\n${how & 8 ? "" : ADMIN}`;
	for (let count = how >> 4 & 7; count > 0; count--)
		head += `${input.pick(fields)}\r\n`;
	const content = how & 2 ? body(input, token) : "";
	return `${head}${content === "" ? "" : `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${content.length}\r\n`}\r\n${content}`;
}

function run(bytes: Uint8Array): void {
	const input = new Input(bytes);
	const served = serve();
	const { network, faults } = served;
	const clients: Client[] = [];
	for (let i = 0; i < 24 && !input.isOver; i++) {
		const what = input.byte();
		const client = clients[what >> 3 & 3];
		switch (what & 7) {
		case 0: clients.push(network.connect(what & 128 ? 100 : 1 << 20, what & 64 ? "10.1.0.10" : "10.1.0.9")); break;
		case 1: client?.leave(); break;
		case 2: network.time += input.byte() * 250; break;
		case 3: client?.read(input.word()); break;
		default: {
			const text = request(input, served.token);
			(client ?? (clients[0] ??= network.connect())).send(text, what & 32 ? 1 + input.byte() : text.length || 1);
			served.settle();
		}
		}
	}
	holds(faults.length === 0, faults.join());
	// who waits gets nothing for ever
	for (const client of clients)
		client.leave();
	const last = network.connect();
	last.send(`GET /style.css HTTP/1.1\r\nHost: 10.1.0.1\r\n${ADMIN}Connection: close\r\n\r\n`);
	holds(faults.length === 0, faults.join());
	holds(last.received.startsWith("HTTP/1.1 "), "the server answers still");
	holds(clients.length <= 4 * HTTP_CONNECTIONS + 24, "connections");
	last.leave();
}

const text = (...parts: (number | string)[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => typeof part === "number" ? [part] : [...bytesOf(part)]));

export const pagesTarget: Target = {
	name: "pages", run, runs: 400,
	seeds: [
		...paths.map((_, i) => text(0, 4, 0, i, 0)), ...paths.map((_, i) => text(0, 4, 2, i, 2 | 12, 1, 3, "abc", 4, 2, "11", 6, 2, "10.9.0.0/24")), ...fields.map((_, i) => text(0, 4, 0x20, 0, 0, i, 0)),
		text(0, 4, 2, 12, 64 | 2 | 4, 10, 3, "xyz"), text(0, 4 | 32, 0, 0, 0, 1, 2, 100, 3, 0, 200), text(0, 0, 0, 4, 255, 9, "GET / HT\r\n"),
	],
	words: ["\r\n", "\r\n\r\n", "%00", "%zz", "&", "=", ";", "\"", "<script>", "../", "--xx", "a".repeat(60)].map((word) => text(word)),
};
