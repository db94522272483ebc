/** The real server and pages over a gateway that the test tells what to say. */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { Authentication } from "../../modules/httpd/authentication.js";
import { HTTPServer } from "../../modules/httpd/server.js";
import { FormToken } from "../../modules/httpd/token.js";
import { Router } from "../../modules/pages/router.js";
import type { FakeGateway } from "../unit/pages/gateway.js";
import { fakeServices } from "../unit/pages/services.js";
import { listen, NodeTCP } from "./server.js";

export const USER = "admin";
export const PASSWORD = "correct horse battery staple";

export interface Site {
	readonly url: string;
	readonly faults: string[];
	close(): void;
}

export async function serve(fake: FakeGateway): Promise<Site> {
	const crypto = {
		hmac: (_name: "sha256", key: Uint8Array, data: Uint8Array) => new Uint8Array(createHmac("sha256", key).update(data).digest()),
		random: (size: number) => new Uint8Array(randomBytes(size)),
		equal: (a: Uint8Array, b: Uint8Array) => a.length === b.length && timingSafeEqual(a, b),
	};
	const now = (): number => Math.floor(performance.now());
	const faults: string[] = [];
	const { Listener, port } = await listen("127.0.0.1");
	const authentication = new Authentication({ realm: "gate-a", crypto, now, verify: (user, password) => user === USER && password === PASSWORD });
	const services = fakeServices(fake, () => Math.floor(Date.now() / 1000));
	const server = new HTTPServer({
		Listener, TCP: NodeTCP, address: "127.0.0.1", port, now, fault: (text) => faults.push(text), workspace: services.workspace,
		handler: new Router({ commands: fake.commands, log: fake.log, firewall: fake.firewall, authentication, token: new FormToken(crypto), random: crypto.random, ...services, names: ["localhost"] }),
	});
	const timer = setInterval(() => server.poll(now()), 500);
	const work = setInterval(() => services.settle(), 20);
	return {
		url: `http://127.0.0.1:${port}`, faults,
		close() {
			clearInterval(timer);
			clearInterval(work);
			server.close();
		},
	};
}
