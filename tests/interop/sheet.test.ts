/** The sheet for the other side: charon loads what a connection's page says to strongSwan, with the key put in, and the tunnel comes up in both roles. */
import { type KeygateConnection, settings } from "./keygate.js";
import { interop, result, type Lab } from "./lab.js";
import { bothRoles } from "./roles.js";

const secret = "the key, told by telephone: \"quotes\" too";

const safe: KeygateConnection = {
	secret, phase1: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 14 }, { encryption: "aes-128-cbc", hash: "sha256", dhGroup: 14 }],
	phase2: [{ protocol: "esp", encryption: "aes-128-gcm-16" }, { protocol: "esp", encryption: "aes-256-cbc", authentication: "hmac-sha256-128" }], pfs: 14,
};

/** What differs from the safe defaults, and a line that must be in the sheet. */
const cases: readonly (readonly [string, Partial<KeygateConnection>, string])[] = [
	["defaults", {}, "proposals = aes256-sha256-modp2048, aes128-sha256-modp2048"],
	["no PFS, DPD, lifetimes", { pfs: "off", seconds: 1200, phase1Lifetime: 7200, deadPeerDetection: { interval: 20, timeout: 60 } }, "rekey_time = 1080s"],
	["AES-CTR, a group of an elliptic curve", { phase2: [{ protocol: "esp", encryption: "aes-256-ctr", authentication: "hmac-sha512-256" }], pfs: 19 }, "esp_proposals = aes256ctr-sha512-ecp256"],
	["3DES and MD5", { phase1: [{ encryption: "3des-cbc", hash: "md5", dhGroup: 2 }], phase2: [{ protocol: "esp", encryption: "3des-cbc", authentication: "hmac-md5-96" }], pfs: 2 }, "proposals = 3des-md5-modp1024"],
	["domain names, main mode", { localId: { type: "fqdn", value: "gate.example" }, remoteId: { type: "fqdn", value: "branch.example" } }, "id = \"@branch.example\""],
	["user names, aggressive mode", { phase1Mode: "aggressive", localId: { type: "user-fqdn", value: "gate@example.org" }, remoteId: { type: "user-fqdn", value: "branch@example.org" } }, "aggressive = yes"],
	["key IDs, text and bytes", { phase1Mode: "aggressive", localId: { type: "key-id", value: "gate no. 7" }, remoteId: { type: "key-id", value: "0x0102fe" } }, "id = \"keyid:#0102fe\""],
	["one protocol", { fields: { ipProtocol: 1 } }, "local_ts = 10.2.0.0/24[1]"],
];

async function page({ keygate, network: { left } }: Lab, path: string): Promise<string> {
	return left.namespace.must(["curl", "-s", "-f", "-u", "admin:interoperation", `http://${keygate.side.lan}${path}`]);
}

for (const [title, changes, line] of cases)
	interop(`sheet: ${title}`, async (t, lab) => {
		const { keygate, charon, network: { left, right } } = lab;
		await keygate.startWith(settings({ ...safe, ...changes }, left, right));
		const path = "/settings/peers/branch/connections/office/sheet";
		const html = await page(lab, path);
		t.false(html.includes("telephone:"));
		const sheet = await page(lab, `${path}?file=swanctl`);
		t.true(sheet.includes(line), sheet);
		t.true(sheet.includes("encap = yes"));
		t.is(sheet.split("PUT-THE-SHARED-KEY-HERE").length, 2);
		// In quotes, as strongswan.conf(5) wants it.
		await charon.loadText(sheet.replace("PUT-THE-SHARED-KEY-HERE", secret.replaceAll("\"", "\\\"")), "keygate");
		result(`sheet    ${title}: ${(await bothRoles(t, lab)).text}`);
	});
