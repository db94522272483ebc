/** What is not of the matrix, with a kernel's own IPsec: transport mode through NATs, keyed by charon; AH around ESP, keyed by hand. */
import { fileURLToPath } from "node:url";
import { eachRole } from "./vm/combination.js";
import { result, withVM } from "./vm/lab.js";

const secret = "interoperation, protocols";
const phase1 = [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 14 }];

const bulk = fileURLToPath(new URL("./bulk.js", import.meta.url));
const { NODE_OPTIONS: _, ...env } = process.env;

// Two pairs of addresses are one here: what each gateway calls itself, and what the other calls it.
for (const translation of ["Near end", "Far end", "Both ends"] as const)
	withVM(`T22 T23 native: charon with a kernel's ESP in UDP in transport mode, behind a NAT: ${translation}, both roles`, async (t, lab) => {
		const { keygate, vm, network } = lab;
		// what the peer calls itself is its address there
		await keygate.stop();
		await network.translate(translation);
		const phase2 = [{ protocol: "esp", encryption: "aes-128-cbc", authentication: "hmac-sha256-128" }] as const;
		await lab.set({ phase1, phase2, pfs: "off", secret, natTraversal: "auto", mode: "transport", remoteId: { type: "address", value: vm.wan } },
			{ daemon: "charon", proposals: "aes128-sha256-modp2048", esp: "aes128-sha256", transport: true, secret }, translation);
		const { namespace, wan } = network.left;
		await eachRole(t, lab, "charon", async (_role, status) => {
			t.is(status.ikeSecurityAssociations.find((sa) => sa.state === 9)!.natT, translation);
			const { output } = await namespace.run(["ping", "-n", "-c", "5", "-i", "0.2", "-W", "3", network.seenVM], { limit: 20000 });
			t.regex(output, / [3-5] received/);
			// TCP, whose checksum knows the addresses
			const received = vm.must("nc.openbsd -l 7000 </dev/null | sha256sum", { limit: 60000 });
			await vm.must("until netstat -ltn | grep -q ':7000 '; do sleep 0.05; done");
			const sent = await namespace.must([process.execPath, bulk, "send", wan, network.seenVM, "7000", "200000"], { limit: 60000, env });
			t.is(sent.trim(), `200000 ${(await received).slice(0, 64)}`);
			t.true((await keygate.status()).securityAssociations.every((sa) => sa.bytesProcessed > 1000));
		});
		result(`matrix   charon  main  PSK  NAT ${translation}  ESP aes128-sha256 in transport mode: initiator and responder, pings and TCP`);
	});

// The engine, keyed by hand as the VM's kernel is: what no daemon negotiates any more.
withVM("native: AH around ESP, keyed by hand, with a kernel: every HMAC, tunnel and transport mode", async (t, lab) => {
	const { vm, network } = lab;
	lab.spoiled();
	await lab.keygate.stop();
	await network.translate("none");
	await vm.peer("none");
	// here, since it awaits while it loads, and ava takes no test of a file that does
	const { compile } = await import("../node/ipsec/programs.js");
	const tool = compile("bundle", ["tool.c"]);
	const script = fileURLToPath(new URL("../../../../tests/interop/bundle.py", import.meta.url));
	const all = await network.left.namespace.must(["/usr/bin/python3", script, "list"]);
	for (const [number, line] of all.trim().split("\n").entries()) {
		const [name, xfrm] = line.split("\t") as [string, string];
		await vm.must(xfrm);
		const { status, output } = await network.left.namespace.run(["/usr/bin/python3", script, tool, `${number}`], { limit: 60000 });
		t.is(status, 0, `${name}: ${output}`);
		t.regex(output, /^ok$/m, name);
		result(`matrix   kernel  manual keys  ${name}: pings both ways, a changed one dropped`);
	}
	t.is(await vm.counter("XfrmInStateProtoError"), all.trim().split("\n").length);
	await vm.must("ip xfrm policy flush; ip xfrm state flush");
});
