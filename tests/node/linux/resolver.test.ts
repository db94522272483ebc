// A peer whose address is a host name, on a real machine: the system's resolver is asked in a thread of its own.
import test from "ava";
import { place, RunningGateway, settings } from "./gateways.js";

test("a peer at a host name is looked up by the system's resolver, and its tunnel comes up", async (t) => {
	const here = await place();
	// localhost is 127.0.0.1 everywhere: gateway 1.
	const one = new RunningGateway(here.folder, settings(here, 1));
	const two = new RunningGateway(here.folder, settings(here, 2, {}, { remoteGateway: "localhost" }), ["--console", "stdio"], { stdio: ["pipe", "pipe", "pipe"] });
	await Promise.all([one.ready(), two.ready()]);
	two.child.stdin!.write("up gate-1\n");
	await two.until((status) => status.securityAssociations.length === 2);
	await one.until((status) => status.securityAssociations.length === 2);
	two.child.stdin!.write("log\n");
	await two.says(/localhost is 127\.0\.0\.1/);
	for (const gateway of [two, one])
		t.is(await gateway.stop(), 0);
});
