/** The pages behind the real server, on a network that is not one. */
import { Authentication } from "../../../modules/httpd/authentication.js";
import { HTTPServer } from "../../../modules/httpd/server.js";
import { FormToken } from "../../../modules/httpd/token.js";
import { Router } from "../../../modules/pages/router.js";
import { fakeCrypto } from "../httpd/crypto.js";
import { Network } from "../httpd/network.js";
import type { Answer, Client } from "../httpd/network.js";
import { fakeGateway } from "./gateway.js";
import type { Firmware } from "../../../modules/settings/services.js";
import { fakeServices } from "./services.js";
import type { FakeGateway } from "./gateway.js";

/** The header field of the administrator. */
export const ADMIN = "Authorization: Basic YWRtaW46c2VjcmV0\r\n";

export interface Site {
	readonly fake: FakeGateway;
	readonly network: Network;
	readonly token: FormToken;
	/** One request, with the administrator's password unless `head` says otherwise. */
	ask(line: string, head?: string, body?: string): Answer;
}

/** `time`: seconds since 1970, by the clock of the unit; `firmware`: what a device has. */
export function site(fake = fakeGateway(), time?: () => number, firmware?: Firmware): Site {
	const network = new Network();
	const crypto = fakeCrypto();
	const token = new FormToken(crypto);
	const authentication = new Authentication({ realm: "gate-a", crypto, now: () => network.time, verify: (user, password) => user === "admin" && password === "secret" });
	const faults: string[] = [];
	const services = fakeServices(fake, time);
	const server = new HTTPServer({
		Listener: network.Listener, TCP: network.TCP, port: 80, now: () => network.time, fault: (text) => faults.push(text), workspace: services.workspace,
		handler: new Router({ commands: fake.commands, log: fake.log, firewall: fake.firewall, authentication, token, random: crypto.random, ...services, firmware, names: ["localhost"] }),
	});
	return {
		fake, network, token,
		ask(line, head = `Host: 10.1.0.1\r\n${ADMIN}`, body = "") {
			const client: Client = network.connect();
			client.send(`${line} HTTP/1.1\r\n${head}Connection: close\r\n${body === "" ? "" : `Content-Length: ${body.length}\r\n`}\r\n${body}`);
			services.settle();
			server.poll(network.time);
			client.leave();
			if (faults.length > 0)
				throw new Error(faults.join());
			return client.answers(line.startsWith("HEAD"))[0]!;
		},
	};
}
