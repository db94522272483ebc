// Ask the peer: what is found is what strongSwan's charon has, and its tunnels never notice.
import type { ExecutionContext } from "ava";
import type { CharonConnection } from "./charon.js";
import type { KeygateConnection } from "./keygate.js";
import { answered, ask } from "./asking.js";
import { interop, result } from "./lab.js";
import { until } from "./processes.js";
import { ping, pingUntilAnswered, SteadyPing } from "./traffic.js";

const secret = "interoperation, asking";
const ours: KeygateConnection = {
	phase1: [{ encryption: "aes-192-cbc", hash: "sha384", dhGroup: 31 }], phase2: [{ protocol: "esp", encryption: "aes-256-ctr", authentication: "hmac-sha512-256" }], pfs: 20, secret
};

function set(name: string, changes: Partial<KeygateConnection>, theirs: Omit<CharonConnection, "secret">, accepted: readonly string[], wanted: (text: string) => boolean): void {
	interop(`ask charon: ${name}`, async (t: ExecutionContext, lab) => {
		const { keygate } = lab;
		await lab.set({ ...ours, ...changes }, { ...theirs, secret });
		const { text, seconds } = await ask(keygate, wanted, 60000);
		t.deepEqual(answered(text, "accepted"), accepted, text);
		await lab.keygate.command("ask stop");
		await until(async () => await lab.charon.sas() === "" ? true : undefined, () => "something is left at the peer");
		t.deepEqual((await lab.keygate.status()).securityAssociations, []);
		// Taken over line by line until the settings have it all, the tunnel comes up.
		for (let i = 0; i < 4 && /^ +1 /m.test(await keygate.command("ask")); i++)
			t.notRegex(await keygate.command("ask use 1"), /^\?/);
		t.notRegex(await keygate.command("ask"), /^ +1 /m);
		await keygate.command("up branch/office");
		await keygate.up();
		await pingUntilAnswered(lab.network.left, lab.network.right);
		result(`ask      ${name}: ${seconds} s, ${text.match(/^.*offers/m)?.[0]}; the tunnel comes up by what was found`);
	});
}

set("one proposal of each phase, PFS", {}, { proposals: "aes256-sha256-modp2048", esp: "aes128gcm16-modp2048" }, [
	"main mode AES-CBC-256/SHA256/MODP2048", "key and identities pre-shared key", "office: networks 10.1.0.0/24 to 10.2.0.0/24",
	"office: algorithms ESP AES-GCM-16-128 with PFS by MODP2048", "office: PFS MODP2048"
], (text) => text.includes("ended: all was asked"));

set("old algorithms, other networks, no PFS", { pfs: "off", remoteNetwork: "10.9.0.0/24" }, { proposals: "3des-md5-modp1024,aes128-sha1-modp2048", esp: "aes256-sha256" }, [
	"main mode AES-CBC-128/SHA1/MODP2048", "key and identities pre-shared key", "office: networks 10.1.0.0/24 to 10.2.0.0/24",
	"office: algorithms ESP AES-CBC-256/HMAC-SHA256-128 without PFS", "office: PFS off"
], (text) => /AES-CBC-256\/HMAC-SHA256-128 without PFS +accepted/.test(text));

interop("ask charon: a tunnel to it carries every ping meanwhile and keeps its SAs", async (t, lab) => {
	const { keygate, charon, network: { left, right } } = lab;
	await lab.set({
		...ours, phase1: [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 31 }], phase2: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], pfs: "off",
		more: [{ name: "phones", order: 2, localNetwork: "10.1.0.0/24", remoteNetwork: "10.2.7.0/24", phase2Proposals: [{ protocol: "esp", encryption: "aes-256-gcm-16" }], pfs: "off" }]
	}, { proposals: "aes128-sha256-x25519", esp: "aes128gcm16", secret, localNetwork: "10.2.0.0/16" });
	await pingUntilAnswered(left, right);
	const spis = async (): Promise<string[]> => (await keygate.status()).securityAssociations.map((sa) => sa.spi).sort();
	const before = await spis();
	const theirs = (await charon.sas()).match(/\b[0-9a-f]{8}\b/g);
	const steady = new SteadyPing(left, right);
	const { text, seconds } = await ask(keygate, (each) => /phones: algorithms +ESP AES-GCM-16-128 without PFS +accepted/.test(each) && /phones: algorithms +36 others +refused/.test(each), 30000);
	const pings = await steady.stop();
	t.is(pings.received, pings.sent);
	t.true(pings.sent > 100);
	t.deepEqual(await spis(), before);
	t.deepEqual((await charon.sas()).match(/\b[0-9a-f]{8}\b/g), theirs);
	t.true(answered(text, "accepted").includes("main mode AES-CBC-128/SHA256/CURVE25519"));
	await keygate.command("ask stop");
	t.deepEqual(await ping(left, right), { sent: 5, received: 5 });
	result(`ask      beside a tunnel: ${seconds} s, ${pings.received} of ${pings.sent} pings`);
});
