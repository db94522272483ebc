/**
 * The control plane in the machine that the Moddable SDK makes: a gateway as in the unit tests and the gateway on the other side of it, in one process, on
 * a network of the test's own. A tunnel comes up, is renewed, and is shown. Throws when anything of it is not so.
 */
import { statusJSON } from "../../modules/status/json.js";
import { memoryText, statusText } from "../../modules/status/text.js";
import { World } from "../../tests/unit/gateway/world.js";
import { areas, engine } from "../xs/machine.js";

const print = native<(text: string) => void>("xs_print");

const SECOND = 1000;

function expect(what: string, holds: boolean): void {
	print(`${holds ? "ok" : "not ok"} - ${what}\n`);
	if (!holds)
		throw new Error(what);
}

function run(): void {
	const world = new World({}, {});
	const { gateway, network } = world;
	gateway.start(network.now);
	world.traffic();
	world.run(2 * SECOND);
	const [outgoing, incoming] = world.associations;
	expect("the first packet brings a tunnel up", outgoing?.direction === "Outgoing" && incoming?.direction === "Incoming" && world.unparked === 1);
	expect("the other gateway has its pair too", world.peer.pairs.size === 1);
	for (const line of statusText(gateway.snapshot()))
		print(line);
	const document = JSON.parse([...statusJSON(gateway.snapshot())].join("")) as { readonly securityAssociations: readonly unknown[] };
	expect("status.json lists both directions", document.securityAssociations.length === 2);
	world.soft(outgoing!.spi);
	world.run(5 * SECOND);
	expect("an SA near its end is renewed", world.associations.length === 4);
	world.run(3600 * SECOND);
	expect("an hour later tunnels are those of the renewal, or newer", world.associations.every((association) => association.spi !== outgoing!.spi && association.spi !== incoming!.spi));
	for (const line of memoryText(gateway))
		print(line);
	gateway.close(network.now);
	expect("a gateway that ends leaves no SA", world.associations.length === 0);
	print(`${engine()}\n`);
	for (const { name, used, highWater, size } of areas())
		print(`${name}: ${used} used, ${highWater} at most, of ${size}\n`);
}

run();
