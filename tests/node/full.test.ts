// A gateway filled to its limits: as many peers and connections as there can be, every tunnel up, on the machine of a device.
import test from "ava";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CONNECTIONS, HALF_OPEN, PEERS } from "../../modules/limits.js";
import { Authority } from "../authority.js";
import { PageForm } from "../unit/pages/form.js";
import { Stranger } from "./strangers.js";
import { place, RunningGateway, type Place, type Status } from "./linux/gateways.js";

const connectionsEach = CONNECTIONS / PEERS;

function gatewaySettings(here: Place, name: string, wanAddress: string): object {
	return {
		name, wanAddress,
		lanAddress: "10.200.0.1/24",
		tunnelInterface: `unix:${join(here.folder, `lan-${name}`)}`,
		ikePort: here.ikePort, natTraversalPort: here.natTraversalPort,
		http: { address: "127.0.0.1", port: 80 },
		admin: { user: "admin", password: "a word for tests" },
	};
}

type Authentication = "pre-shared keys" | "certificates";

/** The certificates of a gateway and an authority between, made when they are asked for first. */
class Authorities {
	readonly #root = new Authority({ subject: "/C=DE/O=Keygate/CN=Root" });
	readonly #between = new Authority({ subject: "/C=DE/O=Keygate/CN=Between", pathLength: 0 }, this.#root);

	settings(name: string): object {
		const { certificate, key } = this.#between.issue({ subject: `/C=DE/O=Keygate/OU=A gateway of the test/CN=${name}.example`, names: `DNS:${name}.example` });
		return {
			own: [{ name: "own", certificate: certificate + this.#between.certificate, key }],
			trusted: [{ name: "root", certificate: this.#root.certificate }],
			revocationLists: [{ name: "root", crl: this.#root.list() }, { name: "between", crl: this.#between.list() }],
		};
	}
}

let authorities: Authorities | undefined;

/** A peer with three proposals in each phase, as people have them. */
function peer(name: string, remoteGateway: string, first: number, hub: boolean, authentication: Authentication): object {
	return {
		name, remoteGateway,
		...(authentication === "certificates"
			? { authentication: "certificate", ownCertificate: "own", remoteId: { type: "dn", value: `C=DE, O=Keygate, OU=A gateway of the test, CN=${name}.example` } }
			: { preSharedKey: `the key between the hub and ${hub ? name : "its spoke"}`.slice(0, 24) }),
		phase1Proposals: ["sha256", "sha384", "sha512"].map((hash) => ({ encryption: "aes-256-cbc", hash, dhGroup: 14 })),
		natTraversal: "force",
		connections: Array.from({ length: connectionsEach }, (_, i) => ({
			name: `net-${first + i}`,
			order: hub ? first + i + 1 : i + 1,
			localNetwork: hub ? `10.200.${first + i}.0/24` : `10.${100 + first + i}.0.0/16`,
			remoteNetwork: hub ? `10.${100 + first + i}.0.0/16` : `10.200.${first + i}.0/24`,
			phase2Proposals: [
				{ protocol: "esp", encryption: "aes-256-gcm-16" },
				{ protocol: "esp", encryption: "aes-128-gcm-16" },
				{ protocol: "esp", encryption: "aes-256-cbc", authentication: "hmac-sha256-128" },
			],
			pfs: 14,
		})),
	};
}

/** Resident kilobytes of a process. */
function resident(pid: number): number {
	return Number(readFileSync(`/proc/${pid}/status`, "utf8").match(/^VmRSS:\s+(\d+)/m)![1]);
}

/** What the machine keeps: slots, chunks, stack and names, each as [kept, peak, size]. */
async function machineUse(hub: RunningGateway): Promise<Record<"slots" | "chunks" | "stack" | "names", readonly [kept: number, peak: number, size: number]>> {
	hub.child.stdin!.write("memory\n");
	await hub.says(/XS names +\d+ +\d+ +\d+/);
	const row = (name: string) => {
		const [, ...figures] = hub.out.match(new RegExp(`XS ${name} +(\\d+) +(\\d+) +(\\d+)`))!;
		return figures.map(Number) as [number, number, number];
	};
	return { slots: row("slots"), chunks: row("chunks"), stack: row("stack"), names: row("names") };
}

// One after the other: making certificates keeps this process busy, and what gateways say meanwhile would come too late.
for (const authentication of ["pre-shared keys", "certificates"] as const)
for (const first of ["hub", "spokes"] as const)
test.serial(`${PEERS} peers with ${authentication} and ${CONNECTIONS} connections come up at once when the ${first} begin${first === "hub" ? "s" : ""}, are shown, and fit the heap of a device`, async (t) => {
	const certificates = (name: string) => authentication === "certificates" ? { certificates: (authorities ??= new Authorities()).settings(name) } : {};
	const here = await place();
	const consoles = [["--console", "stdio"], { stdio: ["pipe", "pipe", "pipe"] }] as const;
	const spokes = Array.from({ length: PEERS }, (_, i) => new RunningGateway(here.folder, {
		version: 1,
		gateway: gatewaySettings(here, `spoke-${i}`, `127.0.0.${11 + i}`),
		...certificates(`spoke-${i}`),
		peers: [peer("hub", "127.0.0.1", i * connectionsEach, false, authentication)],
	}, consoles[0], { stdio: [...consoles[1].stdio] }));
	const document = {
		version: 1,
		gateway: gatewaySettings(here, "hub", "127.0.0.1"),
		...certificates("hub"),
		peers: spokes.map((_, i) => peer(`spoke-${i}`, `127.0.0.${11 + i}`, i * connectionsEach, true, authentication)),
	};
	const hub = new RunningGateway(here.folder, document, consoles[0], { stdio: [...consoles[1].stdio] });
	await Promise.all([hub, ...spokes].map((gateway) => gateway.ready()));
	// Whoever is known needs no verification of the password, which waits for the accelerator as negotiations do.
	await hub.status();
	const idle = resident(hub.child.pid!);

	const began = Date.now();
	for (let i = 0; i < PEERS; i++)
		if (first === "hub")
			hub.child.stdin!.write(`up spoke-${i}\n`);
		else
			spokes[i]!.child.stdin!.write("up hub\n");
	const status = await hub.until((each) => each.securityAssociations.length === 2 * CONNECTIONS, 30000);
	t.log(`all up after ${Date.now() - began} ms; resident: ${idle} kB idle, ${resident(hub.child.pid!)} kB with ${CONNECTIONS} tunnels`);
	t.is(status.ikeSecurityAssociations.filter((each) => each.status === "Activated").length, PEERS);

	// Every page while the heap is at its fullest; the control plane must be the one that was started.
	const net = "/settings/peers/spoke-3/connections/net-7";
	for (const path of ["/status", "/status/peers/spoke-0", "/status.json", "/metrics", "/log/vpn", "/settings/peers", "/settings/peers/spoke-3", net, `${net}/sheet`]) {
		const response = await hub.fetch(path);
		t.is(response.status, 200, path);
		t.true((await response.text()).length > 1000, path);
	}
	hub.child.stdin!.write("status\npeers\n");
	const { slots, chunks, stack, names } = await machineUse(hub);
	t.log(`kept: ${slots[0]} of ${slots[2]} slots, ${chunks[0]} of ${chunks[2]} bytes of chunks; stack ${stack[1]} of ${stack[2]}; names ${names[0]} of ${names[2]}`);
	t.true(slots[0] < slots[2] * 0.75 && chunks[0] < chunks[2] * 0.5, "there is room for what comes and goes");
	t.true(stack[1] < stack[2]);
	t.true(names[0] <= 32, "no text from outside becomes a property's name");

	// One connection's PFS changes: its tunnel is closed, and no other.
	const changed = structuredClone(document) as any;
	changed.peers[3].connections[1].pfs = 19;
	t.regex(await hub.configure(changed), /closed, to be made by them: spoke-3\/net-7\.\n/);
	t.is((await hub.status()).securityAssociations.length, 2 * CONNECTIONS - 2);
	t.regex(await hub.configure(document), /no tunnel was closed/);
	const after = await machineUse(hub);
	t.log(`settings changed twice: slots at most ${after.slots[1]}, chunks ${after.chunks[1]} of ${after.chunks[2]} bytes; stack ${after.stack[1]}; kept ${after.slots[0]} slots`);
	// The same by the page's forms, sent whole, with a mistake first.
	const form = async (path: string, changes: Readonly<Record<string, string>>): Promise<number> => {
		const page = new PageForm(await (await hub.fetch(path)).text());
		for (const [name, value] of Object.entries(changes))
			page.set(name, value);
		return (await hub.post(page.action, page.body)).status;
	};
	t.is(await form(net, { remoteNetwork: "10.1.0.1/8", "lifetime.seconds": "soon" }), 200);
	t.is(await form(net, { pfs: "20" }), 303);
	t.is(await form(net, { pfs: "14" }), 303);
	t.is(await form("/settings/peers/spoke-3", { "phase1Proposals.3.encryption": "aes-128-cbc", "phase1Proposals.3.hash": "sha256", "phase1Proposals.3.dhGroup": "14" }), 303);
	t.is(await form("/settings/peers/spoke-3", { "phase1Proposals.3.encryption": "", "phase1Proposals.3.hash": "", "phase1Proposals.3.dhGroup": "" }), 303);
	t.is((await hub.post("/settings/peers/spoke-3/off", "")).status, 303);
	t.is((await hub.post("/settings/peers/spoke-3/on", "")).status, 303);
	t.is((await hub.post(`${net}/up`, "")).status, 303);
	t.is((await hub.post(`${net}/down`, "")).status, 303);
	t.notRegex(hub.error, /control plane/);
	hub.child.stdin!.write("up spoke-3\n");
	await hub.until((each) => each.securityAssociations.length === 2 * CONNECTIONS, 30000);

	// Strangers hold what memory has left for them, each with keys half agreed, while every connection is negotiated anew: then they have to go.
	const strangers = await Promise.all(spokes.map((_, i) => Stranger.create(`127.0.0.${11 + i}`, here.ikePort, "127.0.0.1", authentication === "certificates" ? 3 : 1)));
	for (let i = 0; i < 40; i++) {
		strangers[i % PEERS]!.begin();
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
	const held = ({ ikeSecurityAssociations }: Status): number => ikeSecurityAssociations.filter(({ status }) => status === "Negotiating(5)").length;
	t.true(held(await hub.until((each) => held(each) >= 3)) <= HALF_OPEN);
	hub.child.stdin!.write(spokes.map((_, i) => Array.from({ length: connectionsEach }, (_, j) => `down spoke-${i}/net-${i * connectionsEach + j}\n`).join("")).join(""));
	await hub.until((each) => each.securityAssociations.length === 0);
	for (let i = 0; i < PEERS; i++)
		hub.child.stdin!.write(`up spoke-${i}\n`);
	await hub.until((each) => each.securityAssociations.length === 2 * CONNECTIONS, 30000);
	strangers.forEach((each) => each.close());
	t.is((await hub.fetch("/status")).status, 200);
	t.notRegex(hub.error, /control plane/);

	t.is(await hub.stop(), 0);
	await Promise.all(spokes.map((spoke) => spoke.until((each) => each.securityAssociations.length === 0)));
	t.deepEqual(await Promise.all(spokes.map((spoke) => spoke.stop())), spokes.map(() => 0));
});

test.serial(`a full heap with ${CONNECTIONS} tunnels: all are kept, and others take the place of all, on the heap of a device`, async (t) => {
	t.timeout(180000);
	const here = await place();
	const spokes = Array.from({ length: PEERS }, (_, i) => new RunningGateway(here.folder, {
		version: 1,
		gateway: gatewaySettings(here, `spoke-${i}`, `127.0.0.${11 + i}`),
		peers: [peer("hub", "127.0.0.1", i * connectionsEach, false, "pre-shared keys")],
	}));
	const hub = new RunningGateway(here.folder, {
		version: 1,
		gateway: gatewaySettings(here, "hub", "127.0.0.1"),
		peers: spokes.map((_, i) => peer(`spoke-${i}`, `127.0.0.${11 + i}`, i * connectionsEach, true, "pre-shared keys")),
	}, ["--console", "stdio", "--fault", "heap"], { stdio: ["pipe", "pipe", "pipe"] });
	await Promise.all([hub, ...spokes].map((gateway) => gateway.ready()));
	for (let i = 0; i < PEERS; i++)
		hub.child.stdin!.write(`up spoke-${i}\n`);
	const spis = ({ securityAssociations }: Status): string[] => (securityAssociations as readonly { readonly spi?: string }[]).map(({ spi }) => spi ?? "");
	const before = spis(await hub.until((each) => each.securityAssociations.length === 2 * CONNECTIONS, 30000));
	hub.error = "";
	hub.child.kill("SIGUSR1");
	await hub.says(/tunnels keep carrying/);
	await hub.ready();
	t.is(spis(await hub.status()).filter((spi) => before.includes(spi)).length, 2 * CONNECTIONS);
	const began = Date.now();
	const after = await hub.until((each) => each.securityAssociations.length === 2 * CONNECTIONS && !spis(each).some((spi) => before.includes(spi)), 120000);
	t.is(after.problems.length, 0);
	t.is(after.ikeSecurityAssociations.filter((each) => each.status === "Activated").length, PEERS);
	for (const spoke of spokes)
		t.is((await spoke.until((each) => each.securityAssociations.length === 2 * connectionsEach, 30000)).problems.length, 0);
	hub.out = "";
	const { slots, stack } = await machineUse(hub);
	t.log(`others in the place of all after ${Date.now() - began} ms; kept: ${slots[0]} of ${slots[2]} slots; stack ${stack[1]} of ${stack[2]}`);
	t.is(hub.error.match(/restarted/g)?.length, 1, hub.error);
	t.is(await hub.stop(), 0);
	t.deepEqual(await Promise.all(spokes.map((spoke) => spoke.stop())), spokes.map(() => 0));
});
