import test from "ava";
import type { ConnectionSettings, PeerSettings } from "../../../modules/settings/types.js";
import { cisco, fritzAgrees, fritzBox, mikrotik } from "../../../modules/pages/sheet-boxes.js";
import { ipsecConf, swanctl } from "../../../modules/pages/sheet-strongswan.js";
import { KEY, maskOf } from "../../../modules/pages/sheet-words.js";
import type { Deal, Lines } from "../../../modules/pages/sheet-words.js";
import { fakeConfiguration } from "./configuration.js";

/** The deal of the first peer and connection, with what is different. */
function deal(peer: Partial<PeerSettings> = {}, connection: Partial<ConnectionSettings> = {}): Deal {
	const { gateway, peers } = fakeConfiguration().settings;
	return { gateway, peer: { ...peers[0]!, ...peer }, connection: { ...peers[0]!.connections[0]!, ...connection } };
}

function all(lines: Lines): string {
	return [...lines].join("");
}

const MAKERS = [swanctl, ipsecConf, cisco, fritzBox, mikrotik];

test("no sheet has the key, and each says where to put it", (t) => {
	for (const maker of MAKERS) {
		const text = all(maker(deal()));
		t.false(text.includes("key of the branch"));
		t.is(text.split(KEY).length, 2);
		t.true(text.includes("10.0.0.1"));
		t.true(text.endsWith("\n"));
	}
});

test("networks are the other way round", (t) => {
	t.true(all(swanctl(deal())).includes("local_ts = 10.2.0.0/24\n\t\t\t\tremote_ts = 10.1.0.0/24"));
	t.true(all(ipsecConf(deal())).includes("leftsubnet=10.2.0.0/24\n\tright=10.0.0.1\n\trightid=\"10.0.0.1\"\n\trightsubnet=10.1.0.0/24"));
	t.true(all(cisco(deal())).includes("permit ip 10.2.0.0 0.0.0.255 10.1.0.0 0.0.0.255"));
	t.true(all(fritzBox(deal())).includes("phase2localid { ipnet { ipaddr = 10.2.0.0; mask = 255.255.255.0; } }"));
	t.true(all(mikrotik(deal())).includes("src-address=10.2.0.0/24 dst-address=10.1.0.0/24"));
});

test("strongSwan: every proposal, in its order; what it does not have is said", (t) => {
	const phase2Proposals: ConnectionSettings["phase2Proposals"] = [
		{ protocol: "esp", encryption: "aes-256-gcm-16" }, { protocol: "esp", encryption: "aes-128-ctr", authentication: "hmac-sha384-192" }, { protocol: "esp", encryption: "null", authentication: "hmac-sha1-96" },
		{ protocol: "ah+esp", encryption: "aes-128-cbc", authentication: "hmac-sha256-128" },
	];
	const text = all(swanctl(deal({ natTraversal: "force", actAs: "initiator" }, { phase2Proposals, pfs: 31, extendedSequenceNumbers: true, sha256Truncation: 96, lifetime: { seconds: 0, kilobytes: 500 } })));
	t.true(text.includes("esp_proposals = aes256gcm16-curve25519-esn, aes128ctr-sha384-curve25519-esn, null-sha1-curve25519-esn\n"));
	for (const line of ["# left out: AH around ESP", "encap = yes", "sha256_96 = yes", "rekey_time = 0", "life_bytes = 500000", "start_action = none"])
		t.true(text.includes(line), line);
	const ah = all(swanctl(deal({}, { phase2Proposals: [{ protocol: "ah", authentication: "hmac-md5-96" }], pfs: "off", mode: "transport" })));
	t.true(ah.includes("ah_proposals = md5\n") && ah.includes("mode = transport"));
	const certificate = all(swanctl(deal({ authentication: "certificate", localId: { type: "dn", value: "C=DE, O=\"x\", CN=gate" } })));
	t.true(certificate.includes("auth = pubkey") && certificate.includes("id = \"C=DE, O=\\\"x\\\", CN=gate\"") && !certificate.includes("secrets"));
	t.true(all(swanctl(deal({ remoteGateway: "0.0.0.0" }))).includes("keygate {\n\t\tversion = 1\n\t\tremote_addrs = 10.0.0.1"));
});

test("Cisco IOS: a policy and a transform set for each proposal that it has; what it has not is said", (t) => {
	const text = all(cisco(deal({ phase1Proposals: [{ encryption: "3des-cbc", hash: "sha1", dhGroup: 2 }, { encryption: "aes-192-cbc", hash: "sha512", dhGroup: 31 }] }, {
		phase2Proposals: [{ protocol: "esp", encryption: "aes-128-gcm-16" }, { protocol: "esp", encryption: "aes-256-cbc", authentication: "hmac-sha256-128" },
			{ protocol: "ah+esp", encryption: "3des-cbc", authentication: "hmac-md5-96" }], ipProtocol: 6, localPort: 80, remoteNetwork: "10.2.0.7", localNetwork: "0.0.0.0/0", pfs: "off",
	})));
	for (const line of ["encryption 3des\n hash sha\n", "! left out: group 31", "! left out: aes-128-gcm-16", "transform-set KEYGATE esp-aes 256 esp-sha256-hmac\n", "transform-set KEYGATE2 ah-md5-hmac esp-3des\n",
		"set transform-set KEYGATE KEYGATE2\n", "permit tcp host 10.2.0.7 any eq 80\n", "crypto isakmp identity hostname\n"])
		t.true(text.includes(line), `${line}\n${text}`);
	t.false(text.includes("set pfs"));
	t.true(all(cisco(deal({}, { remoteNetwork: "10.2.0.1-10.2.0.6" }))).includes("! an access list has no ranges"));
	t.true(all(cisco(deal({}, { phase2Proposals: [{ protocol: "esp", encryption: "aes-128-gcm-16" }] }))).includes("! none of the proposals is one of IOS"));
});

test("FRITZ!Box: whole networks and a key alone, and its proposals in phase 2", (t) => {
	t.true(all(fritzBox(deal({ phase1Mode: "aggressive" }, { pfs: "off" }))).includes("mode = phase1_mode_aggressive;"));
	t.true(all(fritzBox(deal({}, { pfs: "off" }))).includes("comp-all/no-pfs"));
	for (const one of [deal({ authentication: "certificate" }), deal({}, { ipProtocol: 6 }), deal({}, { localNetwork: "10.1.0.1-10.1.0.6" }), deal({}, { mode: "transport" })])
		t.true(all(fritzBox(one)).startsWith("// a FRITZ!Box connects whole networks"));
	t.false(fritzAgrees(deal()));
	t.true(fritzAgrees(deal({}, { phase2Proposals: [{ protocol: "esp", encryption: "aes-256-cbc", authentication: "hmac-sha512-256" }] })));
});

test("RouterOS: lists of what the proposals have, one hash", (t) => {
	const text = all(mikrotik(deal({ phase1Proposals: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 14 }, { encryption: "aes-128-cbc", hash: "sha1", dhGroup: 5 }, { encryption: "3des-cbc", hash: "sha256", dhGroup: 31 }], actAs: "initiator" })));
	for (const part of ["enc-algorithm=aes-256,3des hash-algorithm=sha256 dh-group=modp2048,x25519", "enc-algorithms=aes-128-gcm,aes-256-cbc,aes-128-cbc auth-algorithms=sha256 pfs-group=modp2048", "passive=yes", "my-id=fqdn:branch.example", "remote-id=address:10.0.0.1"])
		t.true(text.includes(part), `${part}\n${text}`);
	t.true(all(mikrotik(deal({}, { phase2Proposals: [{ protocol: "ah", authentication: "hmac-sha1-96" }], pfs: "off" }))).includes("pfs-group=none"));
});

test("F16 an identity, which a stranger may have chosen, ends no text and is no command in the files of routers", (t) => {
	const user = "x;[/system/reset-configuration]\"$y\\@branch.example";
	const forms: readonly (readonly [PeerSettings["remoteId"], string, string])[] = [
		[{ type: "user-fqdn", value: user }, "my-id=user-fqdn:\"x;[/system/reset-configuration]\\22\\24y\\5C@branch.example\"", "user_fqdn = \"x;[/system/reset-configuration]$y@branch.example\";"],
		[{ type: "key-id", value: "a group; /system reboot" }, "my-id=key-id:\"a group; /system reboot\"", "key_id = \"a group; /system reboot\";"],
		[{ type: "dn", value: "C=DE, O=\"A\", CN=$x" }, "my-id=dn:\"C=DE, O=\\22A\\22, CN=\\24x\"", "key_id = \"C=DE, O=A, CN=$x\";"],
		[{ type: "key-id", value: "a-group_1" }, "my-id=key-id:a-group_1 ", "key_id = \"a-group_1\";"],
		[{ type: "user-fqdn", value: "me@branch.example" }, "my-id=user-fqdn:me@branch.example ", "user_fqdn = \"me@branch.example\";"],
	];
	for (const [remoteId, router, box] of forms) {
		const peer = { remoteId } as Partial<PeerSettings>;
		t.true(all(mikrotik(deal(peer))).includes(router), all(mikrotik(deal(peer))));
		t.true(all(fritzBox(deal(peer))).includes(box), all(fritzBox(deal(peer))));
	}
});

test("masks of networks", (t) => {
	t.deepEqual(maskOf("10.1.0.0/22"), { address: "10.1.0.0", mask: "255.255.252.0", wildcard: "0.0.3.255", prefix: 22 });
	t.deepEqual(maskOf("0.0.0.0/0"), { address: "0.0.0.0", mask: "0.0.0.0", wildcard: "255.255.255.255", prefix: 0 });
	t.deepEqual(maskOf("10.1.0.7"), { address: "10.1.0.7", mask: "255.255.255.255", wildcard: "0.0.0.0", prefix: 32 });
	t.is(maskOf("10.1.0.1-10.1.0.2"), undefined);
	t.is(maskOf(""), undefined);
});
