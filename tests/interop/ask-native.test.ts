// Ask the peer: libreswan's pluto answers with what it has, and a tunnel with it never notices.
import { ping, pingUntilAnswered, SteadyPing } from "./traffic.js";
import { answered, ask } from "./asking.js";
import { result, withVM } from "./vm/lab.js";

const secret = "interoperation, asking";
const gcm = [{ protocol: "esp" as const, encryption: "aes-128-gcm-16" }];

withVM("ask pluto: what it accepts of both phases", async (t, lab) => {
	const { keygate } = lab;
	await lab.set({ phase1: [{ encryption: "aes-192-cbc", hash: "sha512", dhGroup: 19 }], phase2: [{ protocol: "esp", encryption: "aes-256-gcm-16" }], pfs: "off", secret, natTraversal: "auto" },
		{ daemon: "pluto", proposals: "aes256-sha256-modp2048", esp: "aes128gcm16-modp2048", secret });
	const { text, seconds } = await ask(keygate, (each) => /office: algorithms +\d+ others +refused/.test(each) && /ESP AES-GCM-16-128 with PFS by MODP2048 +accepted/.test(each), 60000);
	await keygate.command("ask stop");
	t.deepEqual(answered(text, "accepted").filter((line) => !line.includes("PFS MODP")), [
		"main mode AES-CBC-256/SHA256/MODP2048", "key and identities pre-shared key", "office: networks 10.1.0.0/24 to 10.2.0.0/24", "office: algorithms ESP AES-GCM-16-128 with PFS by MODP2048"
	], text);
	await keygate.down({ ike: true });
	// It was no harm: the tunnel comes up by what was found.
	await lab.set({ phase1: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 14 }], phase2: gcm, pfs: 14, secret, natTraversal: "auto" },
		{ daemon: "pluto", proposals: "aes256-sha256-modp2048", esp: "aes128gcm16-modp2048", secret });
	await pingUntilAnswered(lab.network.left, lab.vm.place);
	result(`ask      pluto: ${seconds} s`);
});

withVM("ask pluto: a tunnel with it carries every ping meanwhile and keeps its SAs", async (t, lab) => {
	const { keygate, vm, network: { left } } = lab;
	await lab.set({ phase1: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 14 }], phase2: gcm, pfs: 14, secret, natTraversal: "auto" },
		{ daemon: "pluto", proposals: "aes256-sha256-modp2048", esp: "aes128gcm16-modp2048", secret });
	await pingUntilAnswered(left, vm.place);
	const spis = async (): Promise<string[]> => (await keygate.status()).securityAssociations.map((sa) => sa.spi).sort();
	const before = await spis();
	const steady = new SteadyPing(left, { ...left, lan: vm.lan });
	const { text } = await ask(keygate, (each) => each.includes("ended: all was asked"), 60000);
	const pings = await steady.stop();
	t.is(pings.received, pings.sent);
	t.true(pings.sent > 100);
	t.deepEqual(await spis(), before);
	t.deepEqual(answered(text, "accepted"), ["main mode AES-CBC-256/SHA256/MODP2048", "key and identities pre-shared key"], text);
	t.deepEqual(await ping(left, vm.place), { sent: 5, received: 5 });
	result(`ask      pluto, beside a tunnel: ${pings.received} of ${pings.sent} pings`);
});
