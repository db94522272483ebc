/** Settings that change on a page while charon's tunnels are up: one connection's change is nothing to the other. */
import { filled } from "../form.js";
import { settings, type KeygateConnection } from "./keygate.js";
import { interop, result } from "./lab.js";
import type { Side } from "./network.js";
import { pingUntilAnswered, SteadyPing } from "./traffic.js";

const secret = "interoperation, settings";
const phase2 = [{ protocol: "esp" as const, encryption: "aes-128-gcm-16" }];
const ours: KeygateConnection = { phase1: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 14 }], phase2, pfs: 14, secret };

/** Both gateways' tunnels in swanctl's words. */
function swanctl(left: Side, right: Side): string {
	const child = (network: string) => `local_ts = ${network}
				remote_ts = ${left.network}
				esp_proposals = aes128gcm16-modp2048,aes128gcm16-ecp256
				rekey_time = 0`;
	return `connections {
	gw {
		version = 1
		local_addrs = ${right.wan}
		remote_addrs = ${left.wan}
		proposals = aes256-sha256-modp2048
		encap = yes
		local { auth = psk }
		remote { auth = psk }
		children {
			net {
				${child(right.network)}
			}
			lab {
				${child("10.3.0.0/24")}
			}
		}
	}
}
secrets {
	ike-1 {
		secret = "${secret}"
	}
}
`;
}

interop("settings: a connection is changed on its page, three times and its order, while pings go through another one: none is lost, its SAs stay", async (t, lab) => {
	const { keygate, charon, network: { left, right } } = lab;
	await keygate.stop();
	await charon.terminate("ike");
	// charon installs only what it has an address for
	await right.namespace.ip("address", "replace", "10.3.0.1/24", "dev", "lo");
	await charon.loadText(swanctl(left, right), "gw");
	await keygate.startWith(settings({ ...ours, more: [{ name: "lab", order: 2, localNetwork: left.network, remoteNetwork: "10.3.0.0/24", phase2Proposals: phase2, pfs: 14 }] }, left, right));
	const spis = async (name: string) => (await keygate.status()).securityAssociations.filter(({ connection }) => connection === name).map(({ spi }) => spi).sort();
	const page = "/settings/peers/branch/connections/lab";
	const curl = (path: string, ...words: string[]) => left.namespace.must(["curl", "-sS", "-u", "admin:interoperation", "-w", "\n%{http_code}", ...words, `http://${left.lan}${path}`]);
	const save = async (changes: Record<string, string>) => {
		const body = filled(await curl(page), "pfs");
		for (const [name, value] of Object.entries(changes))
			body.set(name, value);
		return curl(page, "--data-binary", `${body}`);
	};
	await pingUntilAnswered(left, right);
	await keygate.command("up branch/lab");
	await keygate.until((status) => status.securityAssociations.length === 4, "two tunnels");
	const office = await spis("office");
	const { id } = (await keygate.status()).ikeSecurityAssociations[0]!;
	const pings = new SteadyPing(left, right, 0.005);
	for (const pfs of ["19", "14", "19"]) {
		const before = await spis("lab");
		t.regex(await save({ pfs }), /303$/);
		t.deepEqual(await spis("lab"), []);
		t.is(await charon.tunnels(), 1, "the peer was told");
		await keygate.command("up branch/lab");
		await keygate.until((status) => status.securityAssociations.length === 4, "two tunnels");
		t.notDeepEqual(await spis("lab"), before);
	}
	// its order is none of the tunnels'
	const young = await spis("lab");
	t.regex(await save({ order: "9" }), /303$/);
	t.deepEqual(await spis("lab"), young);
	const { sent, received } = await pings.stop();
	t.is(received, sent);
	t.true(sent > 200, `${sent} pings`);
	t.deepEqual(await spis("office"), office);
	t.is((await keygate.status()).ikeSecurityAssociations[0]!.id, id);
	result(`settings one of two connections changed three times on its page: ${received} of ${sent} pings through the other answered, SPIs and IKE SA unchanged`);
});
