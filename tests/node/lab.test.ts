import { spawnSync } from "node:child_process";
import test from "ava";
import { Laboratory } from "./laboratory.js";

const root = process.getuid?.() === 0;

test("npm start brings up two tunnels with different algorithms, carries traffic, and ends by SIGTERM without a loss", async (t) => {
	const lab = await new Laboratory({ npm: true }).ready();
	try {
		const status = await lab.until(({ securityAssociations }) => ["office", "voice"].every((connection) => ["Incoming", "Outgoing"].every((direction) =>
			securityAssociations.some((sa) => sa.connection === connection && sa.direction === direction && sa.packets >= 5))));
		t.is(status.gateway.name, "gate-a");
		t.is(new Set(status.securityAssociations.map((sa) => sa.algorithm)).size, 2);
		t.deepEqual(status.problems, []);
		const key = status.ikeSecurityAssociations.find((sa) => sa.state === 9);
		t.is(key?.status, "Activated");
		t.true(status.securityAssociations.every((sa) => sa.erroredPackets === 0));
	}
	finally {
		t.is(await lab.stop(), 0);
	}
	const tallies = [...lab.output.matchAll(/: (\d+) sent, (\d+) received, (\d+) lost, (\d+) reordered, (\d+) duplicated/g)];
	t.is(tallies.length, 3);
	for (const [line, sent, , lost, reordered, duplicated] of tallies) {
		t.true(Number(sent) >= 5, line);
		t.deepEqual([lost, reordered, duplicated], ["0", "0", "0"], line);
	}
});

test("npm start gives the first gateway's serial console", async (t) => {
	const lab = await new Laboratory({ console: true }).ready();
	try {
		lab.type("peers");
		await lab.waitFor(/gate-b/);
		lab.type("nonsense");
		await lab.waitFor(/\? unknown command "nonsense", try help/);
		lab.type("down gate-b/voice");
		await lab.waitFor(/gate-b\/voice/);
	}
	finally {
		t.is(await lab.stop("SIGINT"), 0);
	}
});

test("npm start needs no privilege", async (t) => {
	// Root without any capability is an ordinary user who owns the files here.
	const launcher = root ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : [];
	const [command, ...words] = [...launcher, "grep", "CapEff", "/proc/self/status"];
	t.regex(spawnSync(command, words, { encoding: "utf8" }).stdout, /^CapEff:\s*0+$/m);
	const lab = await new Laboratory({ launcher }).ready();
	t.is((await lab.status()).securityAssociations.length >= 4, true);
	t.is(await lab.stop(), 0);
});
