import test from "ava";
import { CONNECTIONS, PEERS, PROPOSALS, SETTINGS_SIZE } from "../../../modules/limits.js";
import { documentLines } from "../../../modules/settings/document.js";
import { FAULTS } from "../../../modules/settings/report.js";
import { faultLine, parse, validate } from "../../../modules/settings/validate.js";
import { example } from "./example.js";

/** The faults of the example after `spoil`, as lines `path: text`. */
function faults(spoil: (document: any) => void): string[] {
	const document = example();
	spoil(document);
	return validate(document).faults.map((fault) => `${fault.path}: ${fault.text}`);
}

function warnings(spoil: (document: any) => void): string[] {
	const document = example();
	spoil(document);
	const { faults, warnings } = validate(document);
	return [...faults.map((fault) => `FAULT ${fault.path}: ${fault.text}`), ...warnings.map((fault) => `${fault.path}: ${fault.text}`)];
}

test("settings: a document that is right has no fault and no warning, and its defaults are filled in", (t) => {
	const { settings, faults, warnings } = validate(example());
	t.deepEqual(faults, []);
	t.deepEqual(warnings, []);
	t.deepEqual(settings?.gateway, {
		name: "gate-a", wanAddress: "10.0.0.1", lanAddress: "10.1.0.1/24", tunnelInterface: "keygate0", ikePort: 500, natTraversalPort: 4500, firewallLog: "off",
		admin: { user: "admin", password: "correct horse" }, http: { address: "10.1.0.1", port: 80 }
	});
	const peer = settings?.peers[0];
	t.deepEqual(peer?.localId, { type: "address", value: "10.0.0.1" });
	t.deepEqual([peer?.enabled, peer?.actAs, peer?.phase1Mode, peer?.authentication, peer?.phase1Lifetime, peer?.natTraversal],
		[true, "initiator and responder", "main", "pre-shared key", 28800, "auto"]);
	t.deepEqual(peer?.deadPeerDetection, { interval: 30, timeout: 120 });
	t.deepEqual(peer?.connections[0], {
		name: "office", enabled: true, order: 1, localNetwork: "10.1.0.0/24", remoteNetwork: "10.2.0.0/24", ipProtocol: 0, localPort: 0, remotePort: 0,
		mode: "tunnel", pfs: 14, extendedSequenceNumbers: false, sha256Truncation: 128, start: "on traffic", lifetime: { seconds: 3600, kilobytes: 0 },
		phase2Proposals: [{ protocol: "esp", encryption: "aes-128-gcm-16" }, { protocol: "esp", encryption: "aes-128-cbc", authentication: "hmac-sha256-128" }]
	});
});

test("settings: what is left out of a peer and a connection gets defaults without weak algorithms", (t) => {
	const document = example();
	delete document.peers[0].phase1Proposals;
	delete document.peers[0].connections[0].phase2Proposals;
	delete document.peers[0].remoteId;
	const { settings, faults, warnings } = validate(document);
	t.deepEqual([faults, warnings], [[], []]);
	t.deepEqual(validate({ ...document, peers: settings?.peers }).warnings, []);
	t.true((settings?.peers[0]?.phase1Proposals.length ?? 0) > 0);
	t.is(settings?.peers[0]?.remoteId, undefined);
});

test("settings: parts that say the same are one object, others are not", (t) => {
	const document = example();
	const first = document.peers[0];
	document.peers.push({ ...first, name: "other", remoteGateway: "10.0.0.3", phase1Proposals: [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 19 }, ...first.phase1Proposals],
		connections: first.connections.map((each: any) => ({ ...each, name: "second", order: 7, remoteNetwork: "10.3.0.0/24", lifetime: { seconds: 3601, kilobytes: 0 } })) });
	const { settings, faults } = validate(document);
	t.deepEqual(faults, []);
	const [a, b] = settings!.peers;
	t.is(a!.localId, b!.localId);
	t.is(a!.connections[0]!.phase2Proposals, b!.connections[0]!.phase2Proposals);
	t.not(a!.phase1Proposals, b!.phase1Proposals);
	t.is(a!.phase1Proposals[0], b!.phase1Proposals[1]);
	t.is(b!.phase1Proposals[0]!.dhGroup, 19);
	t.is(b!.connections[0]!.lifetime.seconds, 3601);
});

test("settings: no peers is a document too", (t) => {
	t.deepEqual(faults((document) => { document.peers = []; }), []);
	t.deepEqual(faults((document) => { delete document.peers; }), []);
	const document = example();
	delete document.peers;
	t.deepEqual(validate(document).settings?.peers, []);
});

test("settings: connections without an order come after the others, as they stand", (t) => {
	const document = example();
	const connections = document.peers[0].connections;
	connections.unshift({ ...connections[0], name: "first", order: undefined });
	delete connections[0].order;
	connections.push({ ...connections[1], name: "last", order: undefined });
	delete connections[2].order;
	connections[1].order = 7;
	t.deepEqual(validate(document).settings?.peers[0]?.connections.map(({ name, order }) => [name, order]), [["first", 8], ["office", 7], ["last", 9]]);
});

test("settings: the input is not changed and shares no object with the settings", (t) => {
	const document = example();
	const { settings } = validate(document);
	t.deepEqual(document, example());
	t.not(settings?.peers[0], document.peers[0]);
	t.not(settings?.peers[0]?.connections[0]?.phase2Proposals[0], document.peers[0].connections[0].phase2Proposals[0]);
});

test("settings: every fault is reported at once, in the order of the document", (t) => {
	t.deepEqual(faults((document) => {
		document.gateway.ikePort = 70000;
		document.gateway.colour = "blue";
		document.peers[0].remoteGateway = "10.0.0.300";
		document.peers[0].connections[0].pfs = 13;
		document.peers[0].connections[0].enabled = "yes";
		document.peers[0].connections[0].name = 5;
	}), [
		"gateway.colour: unknown field",
		"gateway.ikePort: 70000 is out of range: expected a port, a whole number from 1 to 65535",
		"peers[0].remoteGateway: \"10.0.0.300\" is not an IPv4 address",
		"peers[0].connections[0].name: 5: expected a name as text",
		"peers[0].connections[0].enabled: \"yes\": expected true or false",
		"peers[0].connections[0].pfs: 13 is unknown: expected 2, 5, 14, 15, 16, 17, 18, 19, 20, 21, 31 or \"off\""
	]);
});

test("settings: one field wrong, one fault", (t) => {
	const cases: [(document: any) => void, string][] = [
		[(d) => { delete d.version; }, "version: is missing: expected 1"],
		[(d) => { d.version = 2; }, "version: 2 is unknown: expected 1; a newer version of keygate made this document"],
		[(d) => { d.extra = { a: 1 }; }, "extra: unknown field"],
		[(d) => { delete d.gateway; }, "gateway: is missing: expected an object"],
		[(d) => { d.gateway = 3; }, "gateway: a number: expected an object"],
		[(d) => { d.gateway = []; }, "gateway: a list: expected an object"],
		[(d) => { d.gateway = null; }, "gateway: null: expected an object"],
		[(d) => { delete d.gateway.name; }, "gateway.name: is missing: expected a name"],
		[(d) => { d.gateway.name = "a/b"; }, "gateway.name: \"a/b\" is not a name: expected text without \"/\", control characters and spaces at its ends"],
		[(d) => { d.gateway.name = "\u00e9".repeat(17); }, `gateway.name: "${"\u00e9".repeat(17)}" is too long: expected a name of at most 32 bytes`],
		[(d) => { delete d.gateway.wanAddress; }, "gateway.wanAddress: is missing: expected an IPv4 address"],
		[(d) => { d.gateway.wanAddress = "0.0.0.0"; }, "gateway.wanAddress: \"0.0.0.0\" is not an address of a host"],
		[(d) => { d.gateway.wanAddress = "224.0.0.1"; }, "gateway.wanAddress: \"224.0.0.1\" is not an address of a host"],
		[(d) => { d.gateway.wanAddress = "gate.example"; }, "gateway.wanAddress: \"gate.example\" is not an IPv4 address"],
		[(d) => { d.gateway.lanAddress = "10.1.0.1"; }, "gateway.lanAddress: \"10.1.0.1\" has no prefix length: expected a form like \"10.1.0.1/24\""],
		[(d) => { d.gateway.lanAddress = "10.1.0.1/33"; }, "gateway.lanAddress: \"10.1.0.1/33\" is not an IPv4 address with its prefix length"],
		[(d) => { d.gateway.lanAddress = "192.168.1.0/24"; }, "gateway.lanAddress: \"192.168.1.0/24\" is the address of the network itself: expected one of a host in it, like \"192.168.1.1/24\""],
		[(d) => { d.gateway.lanAddress = "192.168.1.255/24"; }, "gateway.lanAddress: \"192.168.1.255/24\" is the broadcast address of its network: expected one of a host in it, like \"192.168.1.1/24\""],
		[(d) => { d.gateway.lanAddress = "172.16.4.128/30"; }, "gateway.lanAddress: \"172.16.4.128/30\" is the address of the network itself: expected one of a host in it, like \"172.16.4.129/30\""],
		[(d) => { d.gateway.wanPrefix = 33; }, "gateway.wanPrefix: 33 is out of range: expected a prefix length, a whole number from 0 to 32"],
		[(d) => { d.gateway.wanRouter = "x"; }, "gateway.wanRouter: \"x\" is not an IPv4 address"],
		[(d) => { d.gateway.tunnelInterface = "a-name-too-long-for-linux"; }, "gateway.tunnelInterface: \"a-name-too-long-for-linux\" is not a device name: expected 1 to 15 characters"],
		[(d) => { d.gateway.ikePort = 500.5; }, "gateway.ikePort: 500.5 is out of range: expected a port, a whole number from 1 to 65535"],
		[(d) => { d.gateway.ikePort = "500"; }, "gateway.ikePort: \"500\": expected a port, a whole number"],
		[(d) => { d.gateway.ikePort = 4500; }, "gateway.natTraversalPort: 4500 is ikePort too: expected another port"],
		[(d) => { d.gateway.http = { address: "nowhere" }; }, "gateway.http.address: \"nowhere\" is not an IPv4 address"],
		[(d) => { d.gateway.http = { port: -1 }; }, "gateway.http.port: -1 is out of range: expected a port, a whole number from 0 to 65535"],
		[(d) => { d.gateway.admin = "root"; }, "gateway.admin: text: expected an object"],
		[(d) => { d.gateway.admin.password = ""; }, "gateway.admin.password: is empty"],
		[(d) => { d.gateway.admin.user = "a:b"; }, "gateway.admin.user: \"a:b\" is not a user name: \":\" cannot be part of one"],
		[(d) => { d.peers = {}; }, "peers: an object: expected a list of peers"],
		[(d) => { d.peers[0] = "branch"; }, "peers[0]: text: expected an object"],
		[(d) => { delete d.peers[0].name; }, "peers[0].name: is missing: expected a name"],
		[(d) => { d.peers[0].remoteGateway = "10.0.0.1"; }, "peers[0].remoteGateway: \"10.0.0.1\" is this gateway's own wanAddress"],
		[(d) => { d.peers[0].remoteGateway = "branch..example"; }, "peers[0].remoteGateway: \"branch..example\" is not an IPv4 address or a host name"],
		[(d) => { d.peers[0].remoteGateway = "2001:db8::1"; }, "peers[0].remoteGateway: \"2001:db8::1\" is not an IPv4 address"],
		[(d) => { d.peers[0].actAs = "boss"; }, "peers[0].actAs: \"boss\" is unknown: expected \"initiator and responder\", \"initiator\" or \"responder\""],
		[(d) => { delete d.peers[0].preSharedKey; }, "peers[0].preSharedKey: is missing: authentication is \"pre-shared key\""],
		[(d) => { d.peers[0].preSharedKey = ""; }, "peers[0].preSharedKey: is empty"],
		[(d) => { d.peers[0].preSharedKey = "0x12345"; }, "peers[0].preSharedKey: begins with 0x but is not whole bytes in hexadecimal digits"],
		[(d) => { d.peers[0].preSharedKey = "(hidden)"; }, "peers[0].preSharedKey: is what stands for a secret where the settings are shown: expected the secret itself"],
		[(d) => { d.gateway.admin = { passwordHash: "(hidden)" }; }, "gateway.admin.passwordHash: is what stands for a secret where the settings are shown: expected the secret itself"],
		[(d) => { d.secrets = { cipher: "aes-256-gcm" }; }, "secrets: is what a backup has whose secrets are encrypted: expected a document with them; the page Administration takes such a file back"],
		[(d) => { d.peers[0].localId = { type: "address", value: "gate.example" }; }, "peers[0].localId.value: \"gate.example\" is not an IPv4 address"],
		[(d) => { d.peers[0].remoteId = { type: "fqdn", value: "a b" }; }, "peers[0].remoteId.value: \"a b\" is not a domain name"],
		[(d) => { d.peers[0].remoteId = { value: "a" }; }, "peers[0].remoteId.type: is missing: expected \"address\", \"fqdn\", \"user-fqdn\", \"dn\" or \"key-id\""],
		[(d) => { d.peers[0].phase1Proposals = []; }, `peers[0].phase1Proposals: 0 in the list: expected 1 to ${PROPOSALS}`],
		[(d) => { d.peers[0].phase1Proposals[0].encryption = "blowfish"; }, "peers[0].phase1Proposals[0].encryption: \"blowfish\" is unknown: expected \"3des-cbc\", \"aes-128-cbc\", \"aes-192-cbc\" or \"aes-256-cbc\""],
		[(d) => { d.peers[0].phase1Proposals[0].encryption = "aes-128-gcm-16"; }, "peers[0].phase1Proposals[0].encryption: \"aes-128-gcm-16\" is unknown: expected \"3des-cbc\", \"aes-128-cbc\", \"aes-192-cbc\" or \"aes-256-cbc\""],
		[(d) => { d.peers[0].phase1Proposals[0].encryption = "des-cbc"; }, "peers[0].phase1Proposals[0].encryption: \"des-cbc\" is refused: single DES can be broken by anyone"],
		[(d) => { d.peers[0].phase1Proposals[0].dhGroup = 1; }, "peers[0].phase1Proposals[0].dhGroup: 1 is refused: group 1 (768 bits) can be broken"],
		[(d) => { d.peers[0].phase1Proposals[0].dhGroup = "14"; }, "peers[0].phase1Proposals[0].dhGroup: \"14\" is unknown: expected 2, 5, 14, 15, 16, 17, 18, 19, 20, 21 or 31"],
		[(d) => { delete d.peers[0].phase1Proposals[0].hash; }, "peers[0].phase1Proposals[0].hash: is missing: expected \"md5\", \"sha1\", \"sha256\", \"sha384\" or \"sha512\""],
		[(d) => { d.peers[0].phase1Lifetime = 0; }, "peers[0].phase1Lifetime: 0 is out of range: expected seconds, a whole number from 10 to 31536000"],
		[(d) => { d.peers[0].natTraversal = true; }, "peers[0].natTraversal: true is unknown: expected \"auto\", \"off\" or \"force\""],
		[(d) => { d.peers[0].deadPeerDetection = { interval: -1 }; }, "peers[0].deadPeerDetection.interval: -1 is out of range: expected seconds, a whole number from 0 to 86400"],
		[(d) => { d.peers[0].connections[0].order = 0; }, "peers[0].connections[0].order: 0 is out of range: expected an order number, a whole number from 1 to 65535"],
		[(d) => { d.peers[0].connections[0].localNetwork = "10.1.0.5/24"; }, "peers[0].connections[0].localNetwork: \"10.1.0.5/24\" has bits set beyond its prefix: expected \"10.1.0.0/24\""],
		[(d) => { d.peers[0].connections[0].localNetwork = "0.0.0.0"; }, "peers[0].connections[0].localNetwork: \"0.0.0.0\" is no network: expected \"0.0.0.0/0\" for all addresses"],
		[(d) => { d.peers[0].connections[0].remoteNetwork = "0.0.0.0/32"; }, "peers[0].connections[0].remoteNetwork: \"0.0.0.0/32\" is no network: expected \"0.0.0.0/0\" for all addresses"],
		[(d) => { d.peers[0].connections[0].localNetwork = "10.1.0.0/024"; }, "peers[0].connections[0].localNetwork: \"10.1.0.0/024\" is not an IPv4 network"],
		[(d) => { d.peers[0].connections[0].ipProtocol = 256; }, "peers[0].connections[0].ipProtocol: 256 is out of range: expected an IP protocol, a whole number from 0 to 255"],
		[(d) => { d.peers[0].connections[0].ipProtocol = 1; d.peers[0].connections[0].localPort = 7; }, "peers[0].connections[0].localPort: 7 needs a protocol that has ports: ipProtocol is 1, expected 6 (TCP) or 17 (UDP)"],
		[(d) => { d.peers[0].connections[0].phase2Proposals[0].authentication = "hmac-sha256-128"; }, "peers[0].connections[0].phase2Proposals[0].authentication: \"hmac-sha256-128\" does not go with \"aes-128-gcm-16\", which authenticates by itself: expected none"],
		[(d) => { delete d.peers[0].connections[0].phase2Proposals[1].authentication; }, "peers[0].connections[0].phase2Proposals[1].authentication: is missing: \"aes-128-cbc\" alone does not authenticate, expected one like \"hmac-sha256-128\""],
		[(d) => { d.peers[0].connections[0].phase2Proposals[0].encryption = "aes-128-ctr"; }, "peers[0].connections[0].phase2Proposals[0].authentication: is missing: \"aes-128-ctr\" alone does not authenticate, expected one like \"hmac-sha256-128\""],
		[(d) => { d.peers[0].connections[0].phase2Proposals[1].authentication = "sha256"; }, "peers[0].connections[0].phase2Proposals[1].authentication: \"sha256\" is unknown: expected \"hmac-md5-96\", \"hmac-sha1-96\", \"hmac-sha256-128\", \"hmac-sha384-192\" or \"hmac-sha512-256\""],
		[(d) => { delete d.peers[0].connections[0].phase2Proposals[1].encryption; }, "peers[0].connections[0].phase2Proposals[1].encryption: is missing: expected an algorithm, or \"null\""],
		[(d) => { d.peers[0].connections[0].lifetime = { seconds: 5 }; }, "peers[0].connections[0].lifetime.seconds: 5 is out of range: expected 0 (no limit) or at least 10 seconds"],
		[(d) => { d.peers[0].connections[0].lifetime = 3600; }, "peers[0].connections[0].lifetime: a number: expected an object"],
		[(d) => { d.peers[0].connections[0].start = "sometimes"; }, "peers[0].connections[0].start: \"sometimes\" is unknown: expected \"on traffic\", \"always\" or \"never\""],
		[(d) => { d.peers[0].connections[0].start = "always"; d.peers[0].actAs = "responder"; }, "peers[0].connections[0].start: \"always\" needs a gateway that may initiate, actAs is \"responder\": expected \"on traffic\" or \"never\""]
	];
	for (const [spoil, expected] of cases)
		t.deepEqual(faults(spoil), [expected], expected);
});

test("settings: a text that is not a name of a device, a socket's path that is", (t) => {
	t.deepEqual(faults((document) => { document.gateway.tunnelInterface = "unix:build/lab/lan-a.sock"; }), []);
	t.is(faults((document) => { document.gateway.tunnelInterface = "unix:"; }).length, 1);
	t.is(faults((document) => { document.gateway.tunnelInterface = "a b"; }).length, 1);
});

test("settings: AH, AH around ESP and transport mode: what goes together", (t) => {
	const proposal = (fields: object, changes: (d: any) => void = () => {}) => faults((d) => { d.peers[0].connections[0].phase2Proposals = [fields]; changes(d); });
	const transport = (changes: (d: any) => void = () => {}) => faults((d) => {
		Object.assign(d.peers[0].connections[0], { mode: "transport", localNetwork: "10.0.0.1/32", remoteNetwork: "10.0.0.2" });
		changes(d);
	});
	const at = "peers[0].connections[0]";
	const first = `${at}.phase2Proposals[0]`;
	t.deepEqual(proposal({ protocol: "ah", authentication: "hmac-sha256-128" }), []);
	t.deepEqual(proposal({ protocol: "ah+esp", encryption: "aes-128-cbc", authentication: "hmac-sha256-128" }), []);
	t.deepEqual(proposal({ protocol: "ah+esp", encryption: "aes-128-gcm-16", authentication: "hmac-sha256-128" }), []);
	t.deepEqual(proposal({ protocol: "ah+esp", encryption: "null", authentication: "hmac-sha256-128", espAuthentication: "hmac-sha256-128" }), []);
	t.deepEqual(proposal({ protocol: "ah" }), [`${first}.authentication: is missing: AH needs one, like "hmac-sha256-128"`]);
	t.deepEqual(proposal({ protocol: "ah", encryption: "aes-128-cbc", authentication: "hmac-sha256-128" }), [`${first}.encryption: "aes-128-cbc" is ESP's, protocol is "ah": expected none`]);
	t.deepEqual(proposal({ protocol: "ah", espAuthentication: "hmac-sha256-128", authentication: "hmac-sha256-128" }), [`${first}.espAuthentication: "hmac-sha256-128" is ESP's, protocol is "ah": expected none`]);
	t.deepEqual(proposal({ protocol: "esp", encryption: "aes-128-cbc", authentication: "hmac-sha256-128", espAuthentication: "hmac-sha256-128" }), [`${first}.espAuthentication: "hmac-sha256-128" is for "ah+esp": of "esp" it is authentication`]);
	t.deepEqual(proposal({ protocol: "ah+esp", encryption: "aes-128-cbc" }), [`${first}.authentication: is missing: AH needs one, like "hmac-sha256-128"`]);
	t.deepEqual(proposal({ protocol: "ah+esp", authentication: "hmac-sha256-128" }), [`${first}.encryption: is missing: expected an algorithm, or "null"`]);
	for (const encryption of ["aes-128-ctr", "null"])
		t.deepEqual(proposal({ protocol: "ah+esp", encryption, authentication: "hmac-sha256-128" }), [`${first}.espAuthentication: is missing: "${encryption}" needs authentication of its own inside AH, like "hmac-sha256-128"`]);
	t.deepEqual(proposal({ protocol: "ah+esp", encryption: "aes-128-gcm-16", authentication: "hmac-sha256-128", espAuthentication: "hmac-sha256-128" }),
		[`${first}.espAuthentication: "hmac-sha256-128" does not go with "aes-128-gcm-16", which authenticates by itself: expected none`]);
	t.deepEqual(proposal({ protocol: "ah", authentication: "hmac-sha256-128" }, (d) => { d.peers[0].natTraversal = "force"; }), [`${at}.phase2Proposals: AH cannot be carried in UDP, natTraversal is "force": expected a proposal of "esp"`]);
	t.deepEqual(transport(), []);
	t.deepEqual(transport((d) => { d.peers[0].connections[0].remoteNetwork = "10.2.0.0/24"; }), [`${at}.remoteNetwork: "10.2.0.0/24" is not remoteGateway: mode "transport" is between the gateways themselves, expected "10.0.0.2"`]);
	t.deepEqual(transport((d) => { d.peers[0].connections[0].localNetwork = "10.1.0.0/24"; }), [`${at}.localNetwork: "10.1.0.0/24" is not wanAddress: mode "transport" is between the gateways themselves, expected "10.0.0.1"`]);
	t.deepEqual(transport((d) => { d.peers[0].remoteGateway = "0.0.0.0"; d.peers[0].actAs = "responder"; }), [`${at}.mode: "transport" needs a peer with an address, remoteGateway is "0.0.0.0": expected "tunnel"`]);
	t.deepEqual(transport((d) => { d.peers[0].remoteGateway = "branch.example"; }), [`${at}.mode: "transport" needs a peer with an address, remoteGateway is "branch.example": expected "tunnel"`]);
	t.deepEqual(transport((d) => { d.peers[0].connections[0].sha256Truncation = 80; }), [`${at}.sha256Truncation: 80 is unknown: expected 128 or 96`]);
});

test("settings: ranges of addresses, and lists of certificates that are empty", (t) => {
	t.deepEqual(faults((d) => { d.peers[0].connections[0].remoteNetwork = "10.2.0.1-10.2.0.9"; }), []);
	t.deepEqual(faults((d) => { d.peers[0].connections[0].remoteNetwork = "10.2.0.9-10.2.0.1"; }), ["peers[0].connections[0].remoteNetwork: \"10.2.0.9-10.2.0.1\" ends before it begins"]);
	t.deepEqual(faults((document) => { document.certificates = { own: [], trusted: [], revocationLists: [] }; }), []);
});

test("settings: fields of the firmware are checked, and not kept here", (t) => {
	const document = example();
	document.gateway.wanPrefix = 24;
	document.gateway.wanRouter = "";
	const { settings, faults } = validate(document);
	t.deepEqual(faults, []);
	t.false(Object.hasOwn(settings?.gateway ?? {}, "wanPrefix"));
});

/** All that is said of a document for the firmware: faults, then warnings. */
function firmware(spoil: (document: any) => void): string[] {
	const document = example();
	spoil(document);
	const { faults, warnings } = validate(document, 0, true);
	return [...faults, ...warnings].map((fault) => `${fault.path}: ${fault.text}`);
}

const pool = { enabled: true, first: "10.1.0.100", last: "10.1.0.199" };

test("settings: the firmware keeps its own fields; an address from a lease is none until there is one", (t) => {
	const document = example();
	Object.assign(document.gateway, { wanAddressing: "dhcp", wanPrefix: 28, dnsServers: "10.0.0.53, 10.0.0.54", timeServer: "time.example", dhcpServer: { ...pool, fixed: [{ hardwareAddress: "52:54:00:aB:34:56", address: "10.1.0.9" }] } });
	delete document.gateway.wanAddress;
	delete document.peers[0].localId;
	const { settings, faults, warnings } = validate(document, 0, true);
	t.deepEqual([faults, warnings], [[], []]);
	t.deepEqual([settings?.gateway.wanAddressing, settings?.gateway.wanAddress, settings?.gateway.wanPrefix, settings?.gateway.timeServer], ["dhcp", "0.0.0.0", 28, "time.example"]);
	t.deepEqual(settings?.gateway.dhcpServer, { ...pool, leaseSeconds: 86400, fixed: [{ hardwareAddress: "52:54:00:aB:34:56", address: "10.1.0.9" }] });
	t.deepEqual(settings?.peers[0]?.localId, { type: "address", value: "0.0.0.0" });
	t.deepEqual(validate(settings, 0, true).faults, [], "as it is kept, it can be read again");
	t.deepEqual(validate(document).faults, [{ path: "gateway.wanAddress", text: "is missing: expected an IPv4 address, since only the firmware asks a DHCP server for one" }]);
	document.gateway.wanAddress = "10.0.0.1";
	const here = validate(document);
	t.deepEqual(here.warnings.map(({ path }) => path), ["gateway.wanAddressing", "gateway.dnsServers", "gateway.dhcpServer", "gateway.timeServer"]);
	for (const name of ["wanAddressing", "wanPrefix", "dnsServers", "dhcpServer", "timeServer"])
		t.false(Object.hasOwn(here.settings?.gateway ?? {}, name), name);
});

test("settings: a LAN address that is at no edge of its network is one, in networks of two and of one every address is (RFC 3021)", (t) => {
	for (const lanAddress of ["192.168.1.0/31", "192.168.1.1/31", "192.168.1.0/32", "192.168.1.255/32", "192.168.1.1/30", "192.168.1.2/30", "172.16.0.255/16", "172.17.0.0/12", "10.0.0.1/8", "10.0.0.1/0"])
		t.deepEqual(faults((d) => { d.gateway.lanAddress = lanAddress; }), [], lanAddress);
});

test("settings: what is wrong with the firmware's network is said with field, value and what was expected", (t) => {
	const cases: [(document: any) => void, string][] = [
		[(d) => { d.gateway.wanAddressing = "pppoe"; }, "gateway.wanAddressing: \"pppoe\" is unknown: expected \"static\" or \"dhcp\""],
		[(d) => { delete d.gateway.wanAddress; }, "gateway.wanAddress: is missing: expected an IPv4 address"],
		[(d) => { d.gateway.wanRouter = "10.0.1.254"; }, "gateway.wanRouter: \"10.0.1.254\" is not in the network of wanAddress: expected an address in 10.0.0.1/24"],
		[(d) => { d.gateway.wanRouter = "10.0.0.1"; }, "gateway.wanRouter: \"10.0.0.1\" is wanAddress too: expected another unit's"],
		[(d) => { d.gateway.wanPrefix = 8; }, "gateway.lanAddress: \"10.1.0.1/24\" and wanAddress are in one network: expected another one on each port"],
		[(d) => { d.gateway.lanAddress = "10.1.0.0/31"; }, "gateway.lanAddress: \"10.1.0.0/31\" leaves no address for a machine on the LAN: expected a prefix length of at most 30"],
		[(d) => { d.gateway.lanAddress = "10.1.0.255/24"; }, "gateway.lanAddress: \"10.1.0.255/24\" is the broadcast address of its network: expected one of a host in it, like \"10.1.0.1/24\""],
		[(d) => { d.gateway.wanAddress = "10.0.0.0"; }, "gateway.wanAddress: \"10.0.0.0\" is the address of the network itself, which has the prefix length 24: expected one of a host in it"],
		[(d) => { d.gateway.wanRouter = "10.0.0.255"; }, "gateway.wanRouter: \"10.0.0.255\" is the broadcast address of its network: expected one of a host in 10.0.0.1/24"],
		[(d) => { d.gateway.dnsServers = "10.0.0.53 10.0.0.54"; }, "gateway.dnsServers: \"10.0.0.53 10.0.0.54\" is not an IPv4 address, nor two with a comma between them"],
		[(d) => { d.gateway.dnsServers = "10.0.0.53,"; }, "gateway.dnsServers: \"10.0.0.53,\" is not an IPv4 address, nor two with a comma between them"],
		[(d) => { d.gateway.dnsServers = "0.0.0.0"; }, "gateway.dnsServers: \"0.0.0.0\" is not an address of a host"],
		[(d) => { d.gateway.timeServer = "10.0.0.300"; }, "gateway.timeServer: \"10.0.0.300\" is not an IPv4 address"],
		[(d) => { d.gateway.dhcpServer = { enabled: true, first: "10.1.0.100" }; }, "gateway.dhcpServer.last: is missing: expected an IPv4 address on the LAN, since enabled is true"],
		[(d) => { d.gateway.dhcpServer = { ...pool, last: "10.1.0.99" }; }, "gateway.dhcpServer.last: \"10.1.0.99\" is before first: expected \"10.1.0.100\" or a later one"],
		[(d) => { d.gateway.dhcpServer = { ...pool, first: "10.0.9.100" }; }, "gateway.dhcpServer.first: \"10.0.9.100\" is not on the LAN: expected an address in 10.1.0.1/24"],
		[(d) => { d.gateway.dhcpServer = { ...pool, last: "10.1.0.255" }; }, "gateway.dhcpServer.last: \"10.1.0.255\" is the broadcast address of its network: expected one of a host in it"],
		[(d) => { d.gateway.dhcpServer = { ...pool, leaseSeconds: 60 }; }, "gateway.dhcpServer.leaseSeconds: 60 is out of range: expected seconds, a whole number from 120 to 2592000"],
		[(d) => { d.gateway.dhcpServer = { fixed: [{ hardwareAddress: "52-54-00-12-34-56", address: "10.1.0.9" }] }; }, "gateway.dhcpServer.fixed[0].hardwareAddress: \"52-54-00-12-34-56\" is not a hardware address: expected a form like \"52:54:00:12:34:56\""],
		[(d) => { d.gateway.dhcpServer = { fixed: [{ hardwareAddress: "53:54:00:12:34:56", address: "10.1.0.9" }] }; }, "gateway.dhcpServer.fixed[0].hardwareAddress: \"53:54:00:12:34:56\" is not a hardware address of one machine: its first byte is odd"],
		[(d) => { d.gateway.dhcpServer = { fixed: [{ hardwareAddress: "52:54:00:12:34:56", address: "10.1.0.1" }] }; }, "gateway.dhcpServer.fixed[0].address: \"10.1.0.1\" is this gateway's own lanAddress"],
		[(d) => { d.gateway.dhcpServer = { fixed: [{ hardwareAddress: "52:54:00:12:34:aa", address: "10.1.0.9" }, { hardwareAddress: "52:54:00:12:34:AA", address: "10.1.0.8" }] }; }, "gateway.dhcpServer.fixed[1].hardwareAddress: \"52:54:00:12:34:AA\" is that of fixed[0] too"],
	];
	for (const [spoil, line] of cases)
		t.deepEqual(firmware(spoil), [line], line);
});

test("settings: names and orders are unique", (t) => {
	t.deepEqual(faults((document) => {
		document.peers.push({ ...document.peers[0], remoteGateway: "10.0.0.3", connections: [] });
	}), ["peers[1].name: \"branch\" is the name of peers[0] too"]);
	t.deepEqual(faults((document) => {
		const connections = document.peers[0].connections;
		connections.push({ ...connections[0], order: 2 }, { ...connections[0], name: "other" });
	}), ["peers[0].connections[1].name: \"office\" is the name of peers[0].connections[0] too", "peers[0].connections[2].order: 1 is the order of peers[0].connections[0] too: expected a number that no other connection of any peer has"]);
	t.deepEqual(faults((document) => {
		document.peers.push({ ...document.peers[0], name: "second", remoteGateway: "10.0.0.3" });
	}), ["peers[1].connections[0].order: 1 is the order of peers[0].connections[0] too: expected a number that no other connection of any peer has"]);
});

test("settings: selectors that leave a connection nothing, or take what is meant for the LAN, are warned of", (t) => {
	const twin = (changes: object, peer: object = {}) => warnings((d) => {
		const connection = { ...d.peers[0].connections[0], name: "twin", order: 7, ...changes };
		d.peers.push({ ...d.peers[0], name: "second", remoteGateway: "10.0.0.3", ...peer, connections: [connection] });
	});
	const said = ["peers[1].connections[0].remoteNetwork: selects the same packets as peers[0].connections[0], with localNetwork, protocol and ports: whichever is first in order carries them all"];
	t.deepEqual(twin({}), said);
	t.deepEqual(twin({ remoteNetwork: "10.2.0.0-10.2.0.255" }), said);
	for (const changes of [{ enabled: false }, { remoteNetwork: "10.2.0.0/25" }, { ipProtocol: 6 }, { ipProtocol: 6, remotePort: 80 }])
		t.deepEqual(twin(changes), [], JSON.stringify(changes));
	t.deepEqual(twin({}, { enabled: false }), []);
	t.deepEqual(warnings((d) => { d.peers[0].connections[0].remoteNetwork = d.peers[0].connections[0].localNetwork; }),
		["peers[0].connections[0].remoteNetwork: \"10.1.0.0/24\" is localNetwork too: packets that should stay on the LAN would go into the tunnel"]);
	t.deepEqual(warnings((d) => { Object.assign(d.peers[0].connections[0], { localNetwork: "0.0.0.0/0", remoteNetwork: "0.0.0.0/0" }); }), []);
});

test("settings: no more than the tables hold", (t) => {
	const many = (count: number, of: any, key: string) => Array.from({ length: count }, (_, i) => ({ ...of, name: `n${i}`, [key]: key === "order" ? i + 1 : `10.0.1.${i}` }));
	t.deepEqual(faults((document) => { document.peers = many(PEERS, { ...document.peers[0], connections: [] }, "remoteGateway"); }), []);
	t.deepEqual(faults((document) => { document.peers = many(PEERS + 1, { ...document.peers[0], connections: [] }, "remoteGateway"); }), [`peers: ${PEERS + 1} in the list: expected at most ${PEERS}`]);
	t.deepEqual(faults((document) => { document.peers[0].connections = many(CONNECTIONS, document.peers[0].connections[0], "order"); }), []);
	t.deepEqual(faults((document) => {
		document.peers[0].connections = many(CONNECTIONS - 1, document.peers[0].connections[0], "order");
		document.peers.push({ ...document.peers[0], name: "second", connections: many(2, document.peers[0].connections[0], "none").map((c) => ({ ...c, order: undefined })).map(({ order, none, ...c }) => c) });
	}), [`peers: ${CONNECTIONS + 1} connections in all: expected at most ${CONNECTIONS}`]);
	t.deepEqual(faults((document) => {
		document.peers[0].phase1Proposals = Array.from({ length: PROPOSALS + 1 }, () => document.peers[0].phase1Proposals[0]);
	}), [`peers[0].phase1Proposals: ${PROPOSALS + 1} in the list: expected 1 to ${PROPOSALS}`]);
});

test("settings: weak algorithms and short secrets are warnings", (t) => {
	t.deepEqual(warnings((document) => {
		document.peers[0].phase1Proposals = [{ encryption: "3des-cbc", hash: "md5", dhGroup: 2 }, { encryption: "aes-128-cbc", hash: "sha1", dhGroup: 5 }];
		document.peers[0].connections[0].pfs = 5;
		document.peers[0].connections[0].phase2Proposals = [
			{ protocol: "esp", encryption: "3des-cbc", authentication: "hmac-md5-96" }, { protocol: "esp", encryption: "null", authentication: "hmac-sha1-96" }];
	}).map((line) => line.replace(/:.*? is weak.*/, " weak")), [
		"peers[0].phase1Proposals[0].encryption weak", "peers[0].phase1Proposals[0].hash weak", "peers[0].phase1Proposals[0].dhGroup weak",
		"peers[0].phase1Proposals[1].hash weak", "peers[0].phase1Proposals[1].dhGroup weak",
		"peers[0].connections[0].phase2Proposals[0].encryption weak", "peers[0].connections[0].phase2Proposals[0].authentication weak",
		"peers[0].connections[0].phase2Proposals[1].encryption: \"null\" does not encrypt: everyone on the way can read the packets",
		"peers[0].connections[0].phase2Proposals[1].authentication weak",
		"peers[0].connections[0].pfs weak"
	]);
	for (const admin of [undefined, {}, { user: "admin" }])
		t.deepEqual(warnings((document) => { document.gateway.admin = admin; }), ["gateway.admin.password: is missing: whoever opens the pages first is asked for one, and nothing else is shown before"]);
	t.deepEqual(warnings((document) => { document.gateway.admin.password = "short"; }), ["gateway.admin.password: is short: 8 characters or more are harder to guess"]);
});

test("settings: a cipher that the unit's crypto library has not is a fault that names it, not a weakness", (t) => {
	const document = example();
	document.peers[0].phase1Proposals = [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 14 }, { encryption: "3des-cbc", hash: "sha256", dhGroup: 14 }];
	document.peers[0].connections[0].phase2Proposals = [{ protocol: "esp", encryption: "3des-cbc", authentication: "hmac-sha256-128" }];
	const text = "\"3des-cbc\" is not in this unit's crypto library: expected another cipher";
	const { settings, faults: found, warnings: weak } = validate(document, 0, false, (name) => name !== "3des-cbc");
	t.is(settings, undefined);
	t.deepEqual(found.map(({ path, text: what }) => `${path}: ${what}`), [`peers[0].phase1Proposals[1].encryption: ${text}`, `peers[0].connections[0].phase2Proposals[0].encryption: ${text}`]);
	t.deepEqual(weak.filter(({ path }) => path.endsWith(".encryption")), []);
	t.truthy(validate(document).settings);
});

test("settings: a limit that is over before new keys are there, and a key with a space at its end, draw a warning", (t) => {
	const limited = (kilobytes: number) => warnings((d) => { d.peers[0].connections[0].lifetime = { kilobytes }; });
	t.deepEqual(limited(1024), []);
	t.deepEqual(limited(0), []);
	t.deepEqual(limited(1), ["peers[0].connections[0].lifetime.kilobytes: 1 may be over before new keys are there, and packets are dropped then: expected 0 (no limit) or at least 1024"]);
	for (const key of ["0123456789abcdefghij ", " 0123456789abcdefghij"])
		t.deepEqual(warnings((d) => { d.peers[0].preSharedKey = key; }), ["peers[0].preSharedKey: begins or ends with a space, which counts: expected it in the peer's, too"]);
	t.deepEqual(warnings((d) => { d.peers[0].preSharedKey = "0123456789 abcdefghij"; }), []);
});

test("F01 settings: a short pre-shared key draws a warning, as text and as bytes", (t) => {
	const warning = ["peers[0].preSharedKey: is short: 16 random characters or more resist guessing"];
	t.deepEqual(warnings((document) => { document.peers[0].preSharedKey = "secret"; }), warning);
	t.deepEqual(warnings((document) => { document.peers[0].preSharedKey = "0x" + "ab".repeat(15); }), warning);
	t.deepEqual(warnings((document) => { document.peers[0].preSharedKey = "0x" + "ab".repeat(16); }), []);
});

test("T05 settings: proposals of aggressive mode use one group", (t) => {
	t.deepEqual(faults((document) => {
		document.peers[0].phase1Mode = "aggressive";
		document.peers[0].phase1Proposals.push({ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 19 });
	}), [
		"peers[0].phase1Proposals[1].dhGroup: 19 differs from the first proposal's 14: aggressive mode needs the same group in all"
	]);
	// Who only answers can take what comes.
	t.deepEqual(faults((document) => {
		document.peers[0].phase1Mode = "aggressive";
		document.peers[0].actAs = "responder";
		document.peers[0].phase1Proposals.push({ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 19 });
	}), []);
});

test("F01 settings: aggressive mode with a pre-shared key draws a warning, and one for a key that can be tried", (t) => {
	const said = (key: string) => warnings((document) => {
		document.peers[0].phase1Mode = "aggressive";
		document.peers[0].preSharedKey = key;
	});
	const mode = "peers[0].phase1Mode: \"aggressive\" with a pre-shared key gives a hash of the key to anyone who asks or listens, and shows the identities: use main mode where the peer can";
	t.deepEqual(said("0x" + "ab".repeat(24)), [mode]);
	t.deepEqual(said("0x" + "ab".repeat(23)), ["peers[0].preSharedKey: aggressive mode lets anyone who asks try keys at home: 24 random characters or more resist that", mode]);
	t.deepEqual(said("short"), ["peers[0].preSharedKey: is short, and aggressive mode lets anyone who asks try keys at home: 24 random characters or more resist that", mode]);
});

test("T03 settings: the text of an identity fits its type", (t) => {
	const good: [string, string][] = [
		["address", "10.0.0.1"], ["fqdn", "gate.example"], ["user-fqdn", "admin@gate.example"], ["user-fqdn", "a@b@gate"], ["key-id", "any text"], ["key-id", "0x00ff"], ["key-id", "0"]
	];
	for (const [type, value] of good)
		t.deepEqual(faults((document) => { document.peers[0].localId = { type, value }; }), [], `${type} ${value}`);
	const bad: [string, string, string][] = [
		["address", "gate.example", "is not an IPv4 address"], ["fqdn", "a b", "is not a domain name"], ["user-fqdn", "gate.example", "is not of the form \"user@domain\""],
		["user-fqdn", "@gate.example", "is not of the form \"user@domain\""], ["user-fqdn", "a@", "is not of the form \"user@domain\""], ["user-fqdn", "a b@gate", "is not of the form \"user@domain\""],
		["key-id", "0x", "begins with 0x but is not whole bytes in hexadecimal digits"], ["key-id", "0x123", "begins with 0x but is not whole bytes in hexadecimal digits"],
		["key-id", "", "is not an identity: expected 1 to 255 characters"], ["fqdn", "a".repeat(256), "is not an identity: expected 1 to 255 characters"]
	];
	for (const [type, value, wrong] of bad)
		t.true(faults((document) => { document.peers[0].remoteId = { type, value }; })[0]?.endsWith(wrong), `${type} ${value}`);
});

test("T02 settings: peers that nothing tells apart draw a warning", (t) => {
	const said = (first: object, second: object) => warnings((document) => {
		const [peer] = document.peers;
		document.peers = [{ ...peer, ...first }, { ...peer, name: "second", connections: [], ...second }];
	}).filter((text) => text.includes("tell"));
	const any = { remoteGateway: "0.0.0.0", actAs: "responder" };
	const id = (value: string) => ({ remoteId: { type: "fqdn", value } });
	t.is(said({ ...any, remoteId: undefined }, { ...any, ...id("b.example") }).length, 0);
	t.deepEqual(said({ ...any, ...id("a.example") }, { ...any, ...id("a.example") }),
		["peers[1].remoteId: does not tell this peer from peers[0], which has the same remoteGateway and key: expected an identity of its own for each"]);
	t.is(said({ ...any, ...id("a.example") }, { ...any, ...id("a.example"), preSharedKey: "another key, as long as this" }).length, 0);
	t.is(said({ ...any, ...id("a.example"), phase1Mode: "aggressive" }, { ...any, ...id("a.example"), phase1Mode: "aggressive", preSharedKey: "another key, as long as this" }).length, 1);
	t.is(said({ ...any, ...id("a.example") }, { ...any, ...id("a.example"), enabled: false }).length, 0);
	t.is(said(id("a.example"), { remoteGateway: "10.0.0.99", ...id("a.example") }).length, 0);
});

test("settings: remoteGateway is an address or a host name, and what looks like an address is none gone wrong", (t) => {
	const said = (value: string) => faults((document) => { document.peers[0].remoteGateway = value; });
	for (const good of ["branch.example", "branch", "b-1.example.org", "10.0.0.2", "x" + ".y".repeat(60)])
		t.deepEqual(said(good), [], good);
	for (const bad of ["10.0.0.300", "10.0.0", "branch..example", "-branch", "branch.", "a b", "", "branch.example:500", "a".repeat(64), "224.0.0.1"])
		t.is(said(bad).length, 1, bad);
	t.deepEqual(faults((document) => {
		document.peers[0].remoteGateway = "branch.example";
		document.peers[0].actAs = "initiator";
		document.peers[0].connections[0].start = "always";
	}), []);
});

test("settings: remoteGateway 0.0.0.0 can only be answered", (t) => {
	const any = (spoil: (peer: any) => void) => (document: any) => {
		document.peers[0].remoteGateway = "0.0.0.0";
		spoil(document.peers[0]);
	};
	t.deepEqual(faults(any((peer) => { peer.actAs = "initiator"; })), ["peers[0].actAs: \"initiator\" needs an address to send to, remoteGateway is \"0.0.0.0\": expected \"responder\""]);
	t.deepEqual(faults(any((peer) => { peer.connections[0].start = "always"; })),
		["peers[0].connections[0].start: \"always\" needs an address to send to, remoteGateway is \"0.0.0.0\": expected \"on traffic\" or \"never\""]);
	t.is(warnings(any((peer) => { peer.actAs = "initiator and responder"; })).length, 1);
	const document = example();
	any(() => undefined)(document);
	t.is(validate(document).settings?.peers[0]?.actAs, "responder");
	t.deepEqual(validate(document).warnings, []);
});

test("settings: a peer that is dead as soon as it is asked draws a warning", (t) => {
	t.deepEqual(warnings((document) => { document.peers[0].deadPeerDetection = { interval: 30, timeout: 30 }; }),
		["peers[0].deadPeerDetection.timeout: 30 is not longer than the interval of 30: the peer is asked 5 times within 5 seconds, and then counts as dead"]);
	t.deepEqual(warnings((document) => { document.peers[0].deadPeerDetection = { interval: 0, timeout: 30 }; }), []);
	t.deepEqual(warnings((document) => { document.peers[0].deadPeerDetection = { interval: 30, timeout: 120 }; }), []);
});

test("settings: dead peer detection that is off needs no timeout, one that is on does", (t) => {
	const off = { interval: 0, timeout: 0 };
	const document = example();
	document.peers[0].deadPeerDetection = { ...off };
	t.deepEqual(validate(document).faults, []);
	t.deepEqual(validate(document).settings?.peers[0]?.deadPeerDetection, off);
	for (const on of [{ interval: 30, timeout: 0 }, { timeout: 0 }])
		t.deepEqual(faults((each) => { each.peers[0].deadPeerDetection = on; }),
			["peers[0].deadPeerDetection.timeout: 0 is for an interval of 0, which switches it off: expected a number of seconds larger than the interval"]);
	t.is(faults((each) => { each.peers[0].deadPeerDetection = { interval: 0, timeout: -1 }; }).length, 1);
});

test("settings: pages on the WAN draw a warning", (t) => {
	t.is(warnings((document) => { document.gateway.http = { address: "10.0.0.1" }; }).length, 1);
	t.is(warnings((document) => { document.gateway.http = { address: "0.0.0.0", port: 8080 }; }).length, 1);
	t.deepEqual(warnings((document) => { document.gateway.http = { address: "10.1.0.1", port: 8080 }; }), []);
});

test("settings: a misspelled field is named with what was meant", (t) => {
	t.deepEqual(faults((document) => {
		document.peers[0].presharedkey = "SECRET";
		document.peers[0]["pre-shared-key"] = "SECRET";
	}), ["peers[0].presharedkey: unknown field, did you mean \"preSharedKey\"?", "peers[0].pre-shared-key: unknown field, did you mean \"preSharedKey\"?"]);
});

test("settings: secrets are never quoted", (t) => {
	const document = example();
	document.gateway.admin = { user: "admin", password: 271828, passwordHash: "SECRETHASH" };
	document.peers[0].preSharedKey = ["SECRET"];
	document.peers[0].key = "SECRET";
	document.peers.push({ ...example().peers[0], name: "b", preSharedKey: "SECRET\u0001", connections: [] });
	document.peers.push({ ...example().peers[0], name: "c", preSharedKey: "0xSECRET", connections: "SECRET" });
	const { faults, warnings } = validate(document);
	t.true(faults.length >= 6);
	for (const { path, text } of [...faults, ...warnings])
		t.notRegex(`${path} ${text}`, /SECRET|271828/);
});

test("F16 settings: what is quoted is escaped and cut", (t) => {
	t.deepEqual(faults((document) => { document.peers[0].remoteGateway = "\u001b[2J\u202e" + "x".repeat(100); }),
		[`peers[0].remoteGateway: "\\x1b[2J\\u202e${"x".repeat(40)}..." is not an IPv4 address or a host name`]);
	t.deepEqual(faults((document) => { document["a\nb"] = 1; }), ["a\\x0ab: unknown field"]);
});

test("settings: faults are counted beyond a number", (t) => {
	const lines = faults((document) => {
		for (let i = 0; i < FAULTS + 20; i++)
			document[`x${i}`] = 1;
	});
	t.is(lines.length, FAULTS + 1);
	t.is(lines[FAULTS], ": 20 more faults");
});

test("settings: parse says where a text stops being JSON, how large it may be, and what it must be", (t) => {
	t.deepEqual(parse("{\n\t\"version\": 1,\n}").faults, [{ path: "", text: "line 3, column 1: expected a name in double quotes (JSON has no comma before a closing bracket)" }]);
	t.deepEqual(parse(" ".repeat(SETTINGS_SIZE + 1)).faults, [{ path: "", text: `${SETTINGS_SIZE + 1} bytes: expected at most ${SETTINGS_SIZE}` }]);
	t.deepEqual(parse("[]").faults, [{ path: "", text: "a list: expected an object" }]);
	t.deepEqual(parse("null").faults, [{ path: "", text: "null: expected an object" }]);
	t.deepEqual(parse("{}").faults.map(({ path }) => path), ["version", "gateway"]);
});

test("settings: unknown fields of a text are reported like those of a value", (t) => {
	t.deepEqual(parse("{ \"version\": 1, \"Gateway\": { \"x\": 1 }, \"?\": 2, \"gateway\": { \"nam\": [] } }").faults.slice(0, 3).map(({ path, text }) => `${path}: ${text}`),
		["Gateway: unknown field, did you mean \"gateway\"?", "?: unknown field", "gateway.nam: unknown field"]);
	t.deepEqual(faults((document) => { document["?"] = 1; }), ["?: unknown field"]);
});

test("settings: parse takes text, bytes and an ArrayBuffer", (t) => {
	const text = JSON.stringify(example());
	const bytes = ArrayBuffer.fromString(text);
	t.deepEqual(parse(text), validate(example()));
	t.deepEqual(parse(bytes), validate(example()));
	t.deepEqual(parse(new Uint8Array(bytes)), validate(example()));
});

test("settings: a fault as a line of --check", (t) => {
	t.is(faultLine("gate.json", { path: "peers[0].remoteGateway", text: "\"10.0.0.300\" is not an IPv4 address" }), "gate.json: peers[0].remoteGateway: \"10.0.0.300\" is not an IPv4 address");
	t.is(faultLine("gate.json", { path: "", text: "line 1, column 2: expected a value" }), "gate.json: line 1, column 2: expected a value");
	t.is(faultLine("gate.json", { path: "a", text: "b" }, true), "gate.json: warning: a: b");
});

test("settings: the document written out is read back as the same settings", (t) => {
	const { settings } = validate(example());
	let text = "";
	for (const line of documentLines(settings, true))
		text += line;
	t.deepEqual(JSON.parse(text), settings);
	t.deepEqual(parse(text).settings, settings);
	t.is(text.split("\n")[1], "\t\"version\": 1,");
});

test("settings: what is accepted is accepted again as it is kept, with every default filled in", (t) => {
	const kept = (firmware: boolean, spoil: (document: any) => void): string[] => {
		const document = example();
		spoil(document);
		const { settings, faults } = validate(document, 0, firmware);
		return (settings === undefined ? faults : parse([...documentLines(settings, true)].join(""), 0, firmware).faults).map((fault) => `${fault.path}: ${fault.text}`);
	};
	// numbers of connections that have none
	const withOrder = (order: number, more: number) => (document: any) => {
		document.peers[0].connections[0].order = order;
		for (let i = 0; i < more; i++)
			document.peers[0].connections.push({ name: `c${i}`, localNetwork: "10.1.0.0/24", remoteNetwork: `10.${i + 3}.0.0/24` });
	};
	t.deepEqual(kept(false, withOrder(65533, 2)), []);
	t.deepEqual(kept(false, withOrder(65535, 0)), []);
	t.deepEqual(kept(false, withOrder(65534, 2)), ["peers[0].connections[0].order: 65534 leaves no numbers for 2 without one, which come after it: expected at most 65533, or a number for each"]);
	// the address that a lease has not given yet
	const learned = (change: (peer: any) => void) => (document: any) => {
		document.gateway.wanAddressing = "dhcp";
		delete document.gateway.wanAddress;
		change(document.peers[0]);
	};
	t.deepEqual(kept(true, learned((peer) => peer.remoteGateway = "0.0.0.0")), []);
	// and one that it has given, whatever the document had
	t.deepEqual(kept(true, (document) => Object.assign(document.gateway, { wanAddressing: "dhcp", wanAddress: document.peers[0].remoteGateway })), []);
	t.deepEqual(kept(false, (document) => Object.assign(document.gateway, { wanAddressing: "dhcp", wanAddress: document.peers[0].remoteGateway })), ["peers[0].remoteGateway: \"10.0.0.2\" is this gateway's own wanAddress"]);
	const transport = (localNetwork: string) => learned((peer) => Object.assign(peer.connections[0], { mode: "transport", localNetwork, remoteNetwork: "10.0.0.2" }));
	t.deepEqual(kept(true, transport("0.0.0.0")), []);
	t.deepEqual(kept(true, transport("10.0.0.1")), ["peers[0].connections[0].localNetwork: \"10.0.0.1\" is not wanAddress: mode \"transport\" is between the gateways themselves, expected \"0.0.0.0\""]);
});

test("settings: shown without secrets, and such a copy is refused", (t) => {
	const { settings } = validate(example());
	let text = "";
	for (const line of documentLines(settings, false))
		text += line;
	t.notRegex(text, /correct horse|0123456789abcdefghij/);
	t.deepEqual(parse(text).faults.map(({ path }) => path), ["gateway.admin.password", "peers[0].preSharedKey"]);
});

test("settings: an empty list is written as one", (t) => {
	let text = "";
	for (const line of documentLines({ version: 1, peers: [] }, true))
		text += line;
	t.is(text, "{\n\t\"version\": 1,\n\t\"peers\": []\n}\n");
});
