// The machine of a device has a stack of 512 slots: how much of it each kind of negotiation takes, at both ends.
import test from "ava";
import { place, RunningGateway, settings } from "./linux/gateways.js";

const options = { stdio: ["pipe", "pipe", "pipe"] as ["pipe", "pipe", "pipe"] };

async function stackOf(gateway: RunningGateway): Promise<number> {
	gateway.child.stdin!.write("memory\n");
	const [, , peak, size] = (await gateway.says(/XS stack +(\d+) +(\d+) +(\d+)/)).map(Number);
	if (size !== 512)
		throw new Error(`a stack of ${size}`);
	return peak!;
}

for (const phase1Mode of ["main", "aggressive"])
	test(`the stack of a device is enough for ${phase1Mode} mode, and quick mode with PFS, in both roles`, async (t) => {
		const here = await place();
		const connections = (side: 1 | 2): object[] => [{
			name: "office", localNetwork: `10.${side}.0.0/24`, remoteNetwork: `10.${3 - side}.0.0/24`, pfs: 19,
			phase2Proposals: [{ protocol: "esp", encryption: "aes-256-cbc", authentication: "hmac-sha256-128" }]
		}];
		const one = new RunningGateway(here.folder, settings(here, 1, {}, { phase1Mode, connections: connections(1) }), ["--console", "stdio"], options);
		const two = new RunningGateway(here.folder, settings(here, 2, {}, { phase1Mode, connections: connections(2) }), ["--console", "stdio"], options);
		await Promise.all([one.ready(), two.ready()]);
		one.child.stdin!.write("up gate-2\n");
		await one.until((status) => status.securityAssociations.length === 2);
		await two.until((status) => status.securityAssociations.length === 2);
		const peaks = [await stackOf(one), await stackOf(two)];
		t.log(`${phase1Mode} mode: initiator ${peaks[0]}, responder ${peaks[1]} of 512`);
		t.true(Math.max(...peaks) < 490);
		for (const gateway of [one, two]) {
			t.notRegex(gateway.error, /control plane/);
			t.is(await gateway.stop(), 0);
		}
	});
