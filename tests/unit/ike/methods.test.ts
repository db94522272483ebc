/** Methods of authentication that are not ours: refused by what is negotiated, whatever else the peer says. */
import test from "ava";
import { parseAddress } from "../../../modules/addresses.js";
import type { IKESA } from "../../../modules/ike/sa.js";
import { hash1, phase2IV } from "../../../modules/ike/v1/keys.js";
import { sealEncrypted } from "../../../modules/ike/v1/message.js";
import { emitChain } from "../../../modules/ike/v1/wire/chain.js";
import { ExchangeType, PayloadType } from "../../../modules/ike/v1/wire/constants.js";
import { emitVendor } from "../../../modules/ike/v1/wire/vendor.js";
import { mismatch, two, type Two } from "./network.js";

/** Two gateways whose first message has another method in each of its transforms. */
function offering(method: number, phase1Mode: "main" | "aggressive"): Two {
	const pair = two({ a: { phase1Mode }, b: { phase1Mode } });
	pair.network.filter = ({ number, bytes }) => {
		// The attribute of method 1, in the short form.
		for (let i = 28; number === 1 && i + 4 <= bytes.length; i++)
			if (bytes[i] === 0x80 && bytes[i + 1] === 3 && bytes[i + 2] === 0 && bytes[i + 3] === 1)
				bytes.set([method >> 8, method & 255], i + 2);
		return true;
	};
	return pair;
}

for (const [name, method, text] of [
	["T26 XAUTH with a pre-shared key", 65001, "XAUTH"], ["T26 XAUTH with RSA", 65005, "XAUTH"], ["T26 hybrid XAUTH", 64221, "XAUTH"],
	["F02 RSA encryption", 4, "RSA encryption"], ["F02 revised RSA encryption", 5, "RSA encryption"], ["DSS signatures", 2, "DSS"], ["an unknown method", 77, "method 77"]
] as const)
	for (const mode of ["main", "aggressive"] as const)
		test(`${name} is refused by the method, in ${mode} mode, and named`, (t) => {
			const { network, a, b } = offering(method, mode);
			a.ike.initiate(network.now, "b", "office");
			network.run(200);
			t.deepEqual(b.causes, ["authentication-method-mismatch"]);
			t.true(b.problems[0]!.text.includes(text) && b.problems[0]!.text.includes("pre-shared key"));
			t.is(b.problems[0]!.setting, "/settings/peers/a#authentication");
			t.is(b.sas().length, 0);
		});

test("T26 the vendor ID of XAUTH decides nothing", (t) => {
	const { network, a, b } = two();
	network.filter = (packet) => {
		if (packet.number === 1) {
			// One more vendor ID in front of those that there are: the SA payload's next payload is one already.
			const end = 28 + ((packet.bytes[30]! << 8) | packet.bytes[31]!);
			const vendor = emitVendor("xauth");
			const bytes = Uint8Array.of(...packet.bytes.slice(0, end), 13, 0, 0, 4 + vendor.length, ...vendor, ...packet.bytes.slice(end));
			bytes.set([bytes.length >> 8, bytes.length & 255], 26);
			(packet as { bytes: Uint8Array }).bytes = bytes;
		}
		return true;
	};
	a.ike.initiate(network.now, "b", "office");
	network.run(3000);
	t.true(b.lines.some((line) => line.includes("main 1 received: SA VID")));
	t.is(a.up.length, 1);
	t.is(mismatch({ a, b }), "");
	t.deepEqual([...a.causes, ...b.causes], []);
});

for (const mode of ["main", "aggressive"] as const)
	test(`F14 T26 the transaction exchange (XAUTH, mode config) before and after ${mode} mode: refused, told, and nothing changes`, (t) => {
		const { network, a, b } = two({ a: { phase1Mode: mode }, b: { phase1Mode: mode } });
		const from = { address: parseAddress("10.0.0.1")!, port: 500 };
		const transaction = (bytes: Uint8Array, flags: number): Uint8Array => {
			const result = bytes.slice();
			result[18] = 6;
			result[19] = flags;
			return result;
		};
		network.filter = (packet) => {
			if (packet.sender === "a" && packet.bytes[18]! <= 4) {
				// Each message before phase 1 is complete comes as transaction, too.
				const target = packet.to.port;
				b.ike.process(network.now, packet.from, target, transaction(packet.bytes, 1));
				b.ike.process(network.now, packet.from, target, transaction(packet.bytes, 0));
			}
			return true;
		};
		a.ike.initiate(network.now, "b", "office");
		network.run(3000);
		t.is(a.up.length, 1);
		t.is(mismatch({ a, b }), "");
		t.true(b.counter("transaction-too-early") + b.counter("unknown-cookies") >= 2);
		t.deepEqual(b.causes, []);
		// Under the IKE SA: an authentic informational is made a transaction, since both have the same form and HASH.
		let sent = 0;
		network.filter = (packet) => {
			if (packet.sender === "a" && packet.bytes[18] === 5 && sent++ === 0) {
				b.ike.process(network.now, from, 500, transaction(packet.bytes, 0));
				b.ike.process(network.now, from, 500, transaction(packet.bytes, 1).fill(0, 20, 24));
				packet.bytes[18] = 6;
			}
			return true;
		};
		a.deletePair(a.up[0]!.child.inboundSPI);
		network.run(500);
		t.is(b.counter("transaction"), 1);
		t.is(b.counter("wrong-hash"), 2);
		t.deepEqual(b.causes, [], "the tunnel is up all the same");
		t.true(a.lines.some((line) => line.includes("UNSUPPORTED-EXCHANGE-TYPE")));
		t.is(b.up.length, 1);
		t.is(b.sas()[0]!.state, 9);
	});

test("T26 a peer that asks for a user's name, or for an address, under an IKE SA: which of them it is, is told", (t) => {
	// CFG_REQUEST of XAUTH_USER_NAME, of INTERNAL_IP4_ADDRESS, and one that is cut.
	for (const [attributes, what] of [[[0x40, 0x89, 0, 0], "XAUTH"], [[0, 1, 0, 0], "mode config"], [[0x40], "mode config"]] as const) {
		const { network, a, b } = two({ connectionB: { enabled: false } });
		a.ike.initiate(network.now, "b", "office");
		network.run(3000);
		const sa = [...b.ike.ikeSecurityAssociations()][0] as IKESA;
		const id = 0x01020304;
		const payloads = [{ type: PayloadType.ATTRIBUTES, body: Uint8Array.of(1, 0, 0, 7, ...attributes) }];
		const { bytes } = sealEncrypted(b.crypto, sa, phase2IV(sa.prf!, sa.iv, id), ExchangeType.TRANSACTION, id, [{ type: PayloadType.HASH, body: hash1(sa.prf!, sa.a, id, emitChain(payloads)) }, ...payloads]);
		network.inject({ address: parseAddress("10.0.0.2")!, port: 500 }, { address: parseAddress("10.0.0.1")!, port: 500 }, bytes);
		t.is(a.causes.at(-1), "authentication-method-mismatch");
		const { text, theirs } = a.problems.at(-1)!;
		t.regex(text, new RegExp(`^the peer asks for ${what} `));
		t.is(theirs, `authentication ${what}\n`);
	}
});
