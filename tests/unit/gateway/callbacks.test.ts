/**
 * Each call that a gateway makes of its host throws in turn, from the first on until all is done without it, while a tunnel comes up, is renewed and goes, settings
 * change and a name is looked up: an exception in every callback there is, at every place where it asks for something. A host writes a line and goes on; the gateway
 * does what it is for all the same, and nothing is left over.
 */
import test from "ava";
import { connection, peer } from "../ike/network.js";
import { World } from "./world.js";

const second = 1000;
const own = "10.0.0.1";

/** A gateway with a peer that has a tunnel, and one that is at a host name and never answers. */
function world(): World {
	const made = new World();
	made.network.caught = [];
	return made;
}

function guarded(made: World, action: () => void): void {
	try {
		action();
	}
	catch (error) {
		// as pages and console do it
		made.network.caught!.push(String(error));
	}
}

/** The unit's life, step by step. */
function life(made: World): void {
	const { gateway } = made;
	const { peers } = made.settings;
	made.run(second);
	made.traffic();
	made.run(5 * second);
	guarded(made, () => {
		const outgoing = made.associations.find(({ direction }) => direction === "Outgoing");
		if (outgoing !== undefined)
			made.soft(outgoing.spi);
	});
	made.run(5 * second);
	guarded(made, () => made.configure(...peers, peer("named", own, "there.example", { connections: [connection({ name: "named", localNetwork: "10.1.0.0/24", remoteNetwork: "10.9.0.0/24" })] })));
	guarded(made, () => void gateway.up("named", "named"));
	made.run(second);
	for (const { answer } of made.lookups.splice(0))
		guarded(made, () => answer(0));
	made.run(second);
	guarded(made, () => made.configure(...peers));
	guarded(made, () => void gateway.down("branch", "office"));
	made.run(5 * second);
}

/** What goes wrong when call `number` throws; undefined: there are not so many. */
function withFault(number: number): string | undefined {
	const made = world();
	const { gateway, network } = made;
	gateway.start(network.now);
	let count = 0;
	let failed = "";
	made.called = (what) => {
		if (++count !== number)
			return;
		failed = what;
		throw new Error(`${what} failed`);
	};
	life(made);
	made.called = () => {};
	if (failed === "")
		return undefined;
	const wrong: string[] = [];
	const pairs = (): string => made.associations.map(({ spi }) => spi).sort().join();
	for (let waited = 0; waited < 400 && (made.associations.length !== 2 || made.peer.up.length !== 1); waited += 10) {
		// what only one end has is not answered: the engine tells of its packets
		for (const { child } of made.peer.up)
			if (!made.associations.some((each) => Number(each.spi) === child.outboundSPI))
				made.peer.ike.suspect(network.now, made.peer.address, child.outboundSPI);
		if (made.associations.length === 0)
			made.traffic();
		made.run(10 * second);
	}
	if (made.associations.length < 2 || made.peer.up.length < 1)
		wrong.push(`no tunnel: ${made.associations.length} SAs, the peer has ${made.peer.up.length} pairs`);
	const before = pairs();
	if (before === "")
		wrong.push("nothing is up");
	// the gateway still hears timers, datagrams and events
	guarded(made, () => void gateway.down("branch", ""));
	made.run(150 * second);
	if (made.associations.length > 0)
		wrong.push(`${made.associations.length} SAs are left`);
	for (const { name, used } of gateway.tables())
		if ((name === "IKE SAs" || name === "SA pairs" || name.includes("SPI")) && used > 0)
			wrong.push(`${used} ${name} left`);
	gateway.close(network.now);
	return wrong.length === 0 ? "" : `call ${number}, ${failed}: ${wrong.join(", ")}; ${network.caught!.join(", ")}`;
}

test("each call of the host throws in turn: the gateway goes on, and nothing is left over", (t) => {
	const wrong: string[] = [];
	for (let number = 1; number < 3000; number++) {
		const result = withFault(number);
		if (result === undefined) {
			t.true(number > 50, `${number - 1} calls`);
			break;
		}
		if (result !== "")
			wrong.push(result);
	}
	t.deepEqual(wrong, []);
});
