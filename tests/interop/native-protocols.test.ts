/** AH, transport mode and 64-bit sequence numbers with a kernel's own IPsec, keyed by charon; and AH around ESP, keyed by hand. */
import { fileURLToPath } from "node:url";
import type { KeygateConnection } from "./keygate.js";
import { count, result, withVM, type VMLab } from "./vm/lab.js";
import { files, initiate, terminate, type Files } from "./vm/peers.js";
import { ping, pingUntilAnswered } from "./traffic.js";

const secret = "interoperation, protocols";
const phase1 = [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 14 }];

type Proposal = KeygateConnection["phase2"][number];

/** charon's settings for other proposals and another mode than its file for ESP in a tunnel has. */
function charon(network: VMLab["network"], proposals: string, mode: "tunnel" | "transport"): Files {
	const made = files({ daemon: "charon", proposals: "aes128-sha256-modp2048", esp: "aes128gcm16", secret }, network);
	let text = String(made["swanctl.conf"]).replace(/esp_proposals = .*/, proposals);
	if (mode === "transport")
		text = text.replace(/local_ts = .*/, "mode = transport").replace(/remote_ts = .*/, "");
	return { ...made, "swanctl.conf": text };
}

const cases: readonly { name: string; mode: "tunnel" | "transport"; proposal: Proposal; peer: string; shown: string }[] = [
	...([["hmac-md5-96", "md5"], ["hmac-sha1-96", "sha1"], ["hmac-sha256-128", "sha256"], ["hmac-sha384-192", "sha384"], ["hmac-sha512-256", "sha512"]] as const).map(([authentication, theirs]) => ({
		name: `AH ${theirs}`, mode: "tunnel" as const, proposal: { protocol: "ah" as const, authentication }, peer: `ah_proposals = ${theirs}`, shown: "AH"
	})),
	{ name: "AH sha256", mode: "transport", proposal: { protocol: "ah", authentication: "hmac-sha256-128" }, peer: "ah_proposals = sha256", shown: "AH" },
	{ name: "AH sha512", mode: "transport", proposal: { protocol: "ah", authentication: "hmac-sha512-256" }, peer: "ah_proposals = sha512", shown: "AH" },
	{ name: "ESP aes128gcm16", mode: "transport", proposal: { protocol: "esp", encryption: "aes-128-gcm-16" }, peer: "esp_proposals = aes128gcm16", shown: "ESP" },
	{ name: "ESP aes256-sha256", mode: "transport", proposal: { protocol: "esp", encryption: "aes-256-cbc", authentication: "hmac-sha256-128" }, peer: "esp_proposals = aes256-sha256", shown: "ESP" }
];

for (const { name, mode, proposal, peer, shown } of cases)
	withVM(`native: charon with a kernel's ${name} in ${mode} mode, both roles`, async (t, lab) => {
		const { keygate, vm, network } = lab;
		lab.spoiled();
		await keygate.stop();
		await network.translate("none");
		await vm.peer("charon", charon(network, peer, mode));
		await keygate.start({ phase1, phase2: [proposal], pfs: "off", secret, natTraversal: "auto", mode }, { wan: network.seenVM, network: vm.network });
		const here = mode === "transport" ? { ...network.left, lan: network.left.wan } : network.left;
		const there = mode === "transport" ? { ...vm.place, lan: vm.wan } : vm.place;
		for (const role of ["initiator", "responder"] as const) {
			if (role === "initiator")
				await keygate.command("up branch/office");
			else
				await initiate(vm, "charon");
			const status = await keygate.up();
			t.is(status.ikeSecurityAssociations.find((sa) => sa.state === 9)!.role, role);
			t.true(status.securityAssociations.every((sa) => sa.protocol === shown));
			await pingUntilAnswered(here, there);
			t.deepEqual(await ping(here, there), { sent: 5, received: 5 });
			t.deepEqual(await ping(there, here), { sent: 5, received: 5 });
			t.deepEqual(await ping(here, there, { count: 3, size: 4000 }), { sent: 3, received: 3 });
			t.deepEqual(await ping(there, here, { count: 3, size: 4000 }), { sent: 3, received: 3 });
			t.deepEqual((await keygate.status()).securityAssociations.map((sa) => sa.erroredPackets), [0, 0]);
			t.is(await vm.counter("XfrmInStateProtoError"), 0);
			if (role === "initiator")
				await keygate.command("down branch");
			else
				await terminate(vm, "charon");
			await keygate.down({ ike: true });
			t.is((await vm.must("ip xfrm state")).includes("spi 0x"), false);
			count();
		}
		result(`matrix   charon  main  PSK  NAT none  ${name} in ${mode} mode: initiator and responder, pings to 4000 bytes`);
	});

const bulk = fileURLToPath(new URL("./bulk.js", import.meta.url));
const { NODE_OPTIONS: _, ...env } = process.env;

// Two pairs of addresses are one here: what each gateway calls itself, and what the other calls it.
for (const translation of ["Near end", "Far end", "Both ends"] as const)
	withVM(`T22 T23 native: charon with a kernel's ESP in UDP in transport mode, behind a NAT: ${translation}, both roles`, async (t, lab) => {
		const { keygate, vm, network } = lab;
		lab.spoiled();
		await keygate.stop();
		await network.translate(translation);
		await vm.peer("charon", charon(network, "esp_proposals = aes128-sha256", "transport"));
		const phase2 = [{ protocol: "esp", encryption: "aes-128-cbc", authentication: "hmac-sha256-128" }] as const;
		await keygate.start({ phase1, phase2, pfs: "off", secret, natTraversal: "auto", mode: "transport", remoteId: { type: "address", value: vm.wan } }, { wan: network.seenVM, network: vm.network });
		const { namespace, wan } = network.left;
		for (const role of ["initiator", "responder"] as const) {
			if (role === "initiator")
				await keygate.command("up branch/office");
			else
				await initiate(vm, "charon");
			const status = await keygate.up();
			t.is(status.ikeSecurityAssociations.find((sa) => sa.state === 9)!.natT, translation);
			const { output } = await namespace.run(["ping", "-n", "-c", "5", "-i", "0.2", "-W", "3", network.seenVM], { limit: 20000 });
			t.regex(output, / [3-5] received/);
			// TCP, whose checksum knows the addresses
			const received = vm.must("nc.openbsd -l 7000 </dev/null | sha256sum", { limit: 60000 });
			await vm.must("until netstat -ltn | grep -q ':7000 '; do sleep 0.05; done");
			const sent = await namespace.must([process.execPath, bulk, "send", wan, network.seenVM, "7000", "200000"], { limit: 60000, env });
			t.is(sent.trim(), `200000 ${(await received).slice(0, 64)}`);
			const { securityAssociations } = await keygate.status();
			t.true(securityAssociations.every((sa) => sa.bytesProcessed > 1000 && sa.erroredPackets === 0));
			if (role === "initiator")
				await keygate.command("down branch");
			else
				await terminate(vm, "charon");
			await keygate.down({ ike: true });
			count();
		}
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
