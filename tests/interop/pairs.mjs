// Every algorithm of interfaces with every other: phase 1 and phase 2, main and aggressive mode, key and certificate, so that each two of them are together in
// at least one tunnel with strongSwan, begun by keygate and begun by strongSwan, with pings both ways. Root; six minutes.
//   npm run pairs -- [seed]
import { join } from "node:path";
import { build, debian, root } from "../../hosts/setup.mjs";

if (process.getuid() !== 0) {
	console.error("tests/interop/pairs.mjs needs root, for its network namespaces");
	process.exit(2);
}
await build();
await debian([["strongswan-charon", "/usr/lib/ipsec/charon"], ["strongswan-swanctl", "/usr/sbin/swanctl"]], "the tunnels");
const js = (path) => import(join(root, "build/js/tests", path));
const { Authority } = await js("authority.js");
const { ciphers, groups, hashes, transforms } = await js("interop/algorithms.js");
const { Charon } = await js("interop/charon.js");
const { Keygate } = await js("interop/keygate.js");
const { Network } = await js("interop/network.js");
const { ping, pingUntilAnswered } = await js("interop/traffic.js");
const { generator } = await js("unit/ike/wire/hostile.js");

/** Of each kind, keygate's name and strongSwan's. */
const protections = [["hmac-md5-96", "md5"], ["hmac-sha1-96", "sha1"], ["hmac-sha256-128", "sha256"], ["hmac-sha384-192", "sha384"], ["hmac-sha512-256", "sha512"]];
const encryptions = [...new Map(transforms.map(([encryption, , esp]) => [encryption, esp.split("-")[0]]))];
const kinds = {
	cipher: ciphers, hash: hashes, group: groups, mode: [["main"], ["aggressive"]], authentication: [["pre-shared key"], ["certificate"]],
	encryption: encryptions, protection: protections, pfs: [["off", ""], ...groups]
};
const names = Object.keys(kinds);
const below = generator(Number(process.argv[2] ?? 1));

/** Each two values that have to be together, as numbers of kind and value; groups of phase 1 and of PFS have nothing to do with each other. */
const wanted = new Set();
const pairs = (row, visit) => row.forEach((a, i) => row.forEach((b, k) => i < k && visit(`${i}.${a}-${k}.${b}`)));
for (const [i, one] of names.entries())
	for (const [k, other] of names.entries())
		if (i < k && !(one === "group" && other === "pfs"))
			kinds[one].forEach((_, a) => kinds[other].forEach((__, b) => wanted.add(`${i}.${a}-${k}.${b}`)));

/** Of some rows with a pair that is wanted, the one that has most such pairs. */
function nextRow() {
	let best;
	let most = -1;
	const list = [...wanted];
	for (let n = 0; n < 40; n++) {
		const row = names.map((name) => below(kinds[name].length));
		for (const [kind, value] of list[below(list.length)].split("-").map((each) => each.split(".").map(Number)))
			row[kind] = value;
		let count = 0;
		pairs(row, (pair) => count += Number(wanted.has(pair)));
		if (count > most)
			[best, most] = [row, count];
	}
	pairs(best, (pair) => wanted.delete(pair));
	return best;
}

const secret = "interoperation, pairs";
const authority = new Authority({ subject: "/C=DE/O=Keygate/CN=Root" });
const network = await Network.create();
const { left, right } = network;
const keygate = new Keygate(left);
const charon = new Charon(right);
const certificates = { keygate: authority.issue({ subject: "/CN=gate", names: `IP:${left.wan}` }), charon: authority.issue({ subject: "/CN=charon", names: `IP:${right.wan}` }) };

/** Both ends' settings of a row, and how it is called. */
function settings(row) {
	const { cipher, hash, group, mode, authentication, encryption, protection, pfs } = Object.fromEntries(names.map((name, kind) => [name, kinds[name][row[kind]]]));
	const alone = encryption[0].includes("gcm");
	const certificate = authentication[0] === "certificate";
	const proposals = `${cipher[1]}-${hash[1]}-${group[1]}`;
	const esp = `${encryption[1]}${alone ? "" : `-${protection[1]}`}${pfs[1] === "" ? "" : `-${pfs[1]}`}`;
	return {
		title: `${mode[0]} mode, ${authentication[0]}, ${proposals}, ${esp}`,
		ours: {
			phase1: [{ encryption: cipher[0], hash: hash[0], dhGroup: group[0] }], phase2: [{ protocol: "esp", encryption: encryption[0], ...(alone ? {} : { authentication: protection[0] }) }],
			pfs: pfs[0], secret, phase1Mode: mode[0], remoteId: { type: "address", value: right.wan },
			...(certificate ? { certificates: { own: [{ name: "gate", ...certificates.keygate }], trusted: [{ name: "root", certificate: authority.certificate }] }, localId: { type: "address", value: left.wan } } : {})
		},
		theirs: {
			proposals, esp, secret, aggressive: mode[0] === "aggressive",
			...(certificate ? { certificates: { ...certificates.charon, authorities: [authority.certificate] }, localId: right.wan, remoteId: left.wan } : {})
		}
	};
}

/** What is wrong with the tunnel that `role` has keygate begin or answer; "": nothing. */
async function tried(role) {
	try {
		await (role === "initiator" ? keygate.command("up branch/office") : charon.attempt(20));
		const { ikeSecurityAssociations } = await keygate.up(30000);
		if (!ikeSecurityAssociations.some((sa) => sa.state === 9 && sa.role === role))
			return "the other end began";
		await pingUntilAnswered(left, right);
		const received = [await ping(left, right, { count: 3 }), await ping(right, left, { count: 3, size: 1300 })].map((each) => each.received);
		const { securityAssociations, problems } = await keygate.status();
		return received.every((count) => count === 3) && securityAssociations.every((sa) => sa.erroredPackets === 0) && problems.length === 0 ? ""
			: `pings ${received.join(" and ")} of 3, errors ${securityAssociations.map((sa) => sa.erroredPackets).join()}, ${problems.map((problem) => problem.text).join("; ")}`;
	}
	catch (error) {
		return String(error).slice(0, 1000);
	}
	finally {
		await charon.terminate("ike");
		await keygate.down({ ike: true }).catch(() => {});
	}
}

let rows = 0;
let good = 0;
const failed = [];
try {
	await charon.start();
	for (; wanted.size > 0; rows++) {
		const { title, ours, theirs } = settings(nextRow());
		await keygate.stop();
		await charon.load(theirs, left);
		await keygate.start(ours, right);
		for (const role of ["initiator", "responder"]) {
			const wrong = await tried(role);
			if (wrong === "")
				good++;
			else
				failed.push(`${title}, keygate as ${role}: ${wrong}`);
		}
	}
}
finally {
	await keygate.close();
	await charon.close();
	await network.close();
}
console.log(`${rows} combinations, in which each two of ${names.map((name) => `${kinds[name].length} ${name}`).join(", ")} are together: ${good} tunnels of ${2 * rows} came up and carried pings both ways`);
for (const each of failed)
	console.log(each);
process.exitCode = failed.length > 0 ? 1 : 0;
