/** Renewals under traffic, a week's worth: nothing is lost, whoever renews, also both at once. */
import test from "ava";
import { connection } from "../ike/network.js";
import { Traffic } from "./traffic.js";
import { World } from "./world.js";

const second = 1000;
const RENEWALS = 2000;

test(`T15 T16 ${RENEWALS} renewals under traffic, by both sides and by both at once, and of the IKE SA: not one packet lost`, (t) => {
	const lifetime = { seconds: 20, kilobytes: 0 };
	const world = new World({ phase1Lifetime: 600, connections: [connection({ lifetime })] },
		{ phase1Lifetime: 600, connections: [connection({ localNetwork: "10.2.0.0/24", remoteNetwork: "10.1.0.0/24", lifetime })] });
	const { network, gateway, peer } = world;
	const traffic = new Traffic(world);
	network.recording = false;
	world.delay = 10;
	gateway.start(network.now);
	world.traffic();
	world.run(2 * second);
	let collisions = 0;
	const identities = new Set<string>();
	let renewals = -1;
	let newest = 0;
	let most = 0;
	let dense = 0;
	for (let i = 0; renewals < RENEWALS && traffic.lost === 0; i++) {
		world.run(dense > 0 ? 90 : second);
		traffic.exchange();
		traffic.age();
		dense = Math.max(0, dense - 1);
		for (const spi of peer.pairs.keys())
			if (spi > newest) {
				newest = spi;
				renewals++;
				// Every tenth of a second while anything moves.
				dense = 16;
			}
		if (dense === 1 && renewals % 5 === 0) {
			// Both begin before either has heard of the other's.
			const pair = peer.pairs.get(newest)!;
			world.soft(String(pair.child.inboundSPI));
			if (peer.ike.renew(network.now, newest) === "started")
				collisions++;
		}
		most = Math.max(most, peer.pairs.size);
		if (i % 100 === 0)
			for (const { id } of peer.sas())
				identities.add(id);
	}
	t.deepEqual(traffic.causes, []);
	t.is(traffic.lost, 0);
	t.true(renewals >= RENEWALS);
	t.true(traffic.sent > 40000, `${traffic.sent} packets`);
	t.true(collisions >= 100, `${collisions} collisions`);
	t.true(most >= 2 && most <= 6, `${most} pairs at once`);
	t.true(identities.size >= 10, `${identities.size} IKE SAs`);
	t.deepEqual(world.causes, []);
	t.deepEqual(peer.causes, []);
	gateway.close(network.now);
});

for (const delay of [10, 100, 400])
	test(`T15 both begin at once, ${delay} ms from each other: whichever of the two pairs carries is renewed, and not one packet is lost`, (t) => {
		const lifetime = { seconds: 100, kilobytes: 0 };
		const world = new World({ connections: [connection({ lifetime })] }, { connections: [connection({ localNetwork: "10.2.0.0/24", remoteNetwork: "10.1.0.0/24", lifetime: { seconds: 200, kilobytes: 0 } })] });
		const { network, gateway, peer } = world;
		gateway.start(network.now);
		world.traffic();
		world.run(5 * second);
		peer.deletePair([...peer.pairs.keys()][0]!);
		world.run(5 * second);
		t.deepEqual(world.associations, []);
		world.delay = delay;
		world.traffic();
		peer.ike.initiate(network.now, "gate", "office");
		world.run(5 * second);
		t.is(peer.pairs.size, 2);
		const traffic = new Traffic(world);
		for (let i = 0; i < 300; i++) {
			world.run(second);
			traffic.exchange();
			traffic.age();
		}
		t.deepEqual(traffic.causes, []);
		gateway.close(network.now);
	});
