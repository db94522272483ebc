/** What is told of tunnels that are up and carry nothing, or do not stay up. */
import test from "ava";
import { INCOMING, POLICY_FLAG_ACQUIRING, POLICY_FLAGS, SA_DIRECTION, SA_LIVE, SA_PACKETS, SA_SIZE, SA_STATE, SPD_RECORDS } from "../../../modules/ipsec/layout.js";
import { sadTable, setNumber64, spdTable } from "../../../modules/ipsec/tables.js";
import { SECURITY_ASSOCIATIONS } from "../../../modules/limits.js";
import { connection, peer } from "../ike/network.js";
import { World } from "./world.js";

const second = 1000;

/** Asks with a packet, and has the peer close what came up. False: nothing did. */
function upAndClosed(world: World, after: number): boolean {
	world.traffic();
	world.run(400);
	const pairs = world.peer.up;
	world.run(after);
	for (const { child } of pairs)
		world.peer.deletePair(child.inboundSPI);
	world.run(100);
	return pairs.length > 0;
}

for (const start of ["on traffic", "always"] as const)
	test(`a peer that closes each tunnel as soon as it is up is not asked at once by every packet, and it is told: ${start}`, (t) => {
		const world = new World({ connections: [connection({ start })] });
		world.gateway.start(world.network.now);
		const times: number[] = [];
		for (let i = 0; i < 400; i++)
			if (upAndClosed(world, 0))
				times.push(Math.round(world.network.now / second));
		t.true(times.length >= 5 && times.length < 12, times.join());
		t.deepEqual(world.causes, ["office: peer-refused"]);
		const [problem] = [...world.gateway.snapshot().problems()];
		t.regex(problem!.text, /times in a row and was closed at once: deleted by the peer/);
		t.is(problem!.setting, "/settings/peers/branch/connections/office");
		t.is(problem!.sign, "delete");
		// A person does not wait, and when it stays up all is well.
		world.gateway.up("branch", "office");
		world.run(3 * second);
		t.is(world.peer.up.length, 1);
		t.deepEqual(world.causes, []);
		t.true(upAndClosed(world, 0));
		t.true(upAndClosed(world, 0), "it had been up for long enough");
		world.gateway.close(world.network.now);
	});

test("tunnels that the peer closes twice at once, or again and again after a while, are no problem", (t) => {
	const world = new World();
	world.gateway.start(world.network.now);
	for (let i = 0; i < 12; i++)
		t.true(upAndClosed(world, i % 3 === 2 ? 3 * second : 0), `${i}`);
	t.deepEqual(world.causes, []);
	world.gateway.close(world.network.now);
});

test("a tunnel that this gateway closes as soon as it is up, since its own settings change, is not held back, and no problem", (t) => {
	const world = new World();
	world.gateway.start(world.network.now);
	for (let i = 0; i < 6; i++) {
		world.traffic();
		world.run(400);
		t.is(world.peer.up.length, 1, `${i}`);
		world.configure(peer("branch", "10.0.0.1", "10.0.0.2", { connections: [connection({ lifetime: { seconds: 1000 + i, kilobytes: 0 } })] }));
		world.run(100);
	}
	t.deepEqual(world.causes, []);
	world.gateway.close(world.network.now);
});

test("packets that go out while none comes in are told of once the peer has answered by IKE", (t) => {
	for (const [sent, came, told] of [[50, 0, true], [50, 1, false], [3, 0, false]] as const) {
		const world = new World({ deadPeerDetection: { interval: 10, timeout: 40 } });
		world.gateway.start(world.network.now);
		world.traffic();
		world.run(second);
		const view = new DataView(sadTable());
		for (let i = 0; i < SECURITY_ASSOCIATIONS; i++)
			if (view.getUint8(i * SA_SIZE + SA_STATE) === SA_LIVE)
				setNumber64(view, i * SA_SIZE + SA_PACKETS, view.getUint8(i * SA_SIZE + SA_DIRECTION) === INCOMING ? came : sent);
		world.run(60 * second);
		const lines = world.lines.filter((line) => line.includes("none came in"));
		t.deepEqual(lines, told ? ["branch: office: 50 packets went out and none came in, though the peer answers IKE: is ESP (IP protocol 50) blocked on the way, or nobody there?"] : [], `${sent} ${came}`);
		t.deepEqual(world.causes, []);
		world.gateway.close(world.network.now);
	}
});

test("a tunnel that the peer closes before a packet has gone out by it does not keep the next one waiting for a minute", (t) => {
	const world = new World();
	world.gateway.start(world.network.now);
	world.traffic();
	const view = new DataView(spdTable());
	const acquiring = (): boolean => (view.getUint8(SPD_RECORDS + POLICY_FLAGS) & POLICY_FLAG_ACQUIRING) !== 0;
	view.setUint8(SPD_RECORDS + POLICY_FLAGS, view.getUint8(SPD_RECORDS + POLICY_FLAGS) | POLICY_FLAG_ACQUIRING);
	world.run(50);
	t.true(acquiring());
	t.is(world.peer.up.length, 1);
	world.peer.deletePair(world.peer.up[0]!.child.inboundSPI);
	world.run(50);
	t.is(world.associations.length, 0);
	t.false(acquiring());
	world.gateway.close(world.network.now);
});
