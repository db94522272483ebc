/** What is kept of negotiations for people to look at: message by message, at both ends. */
import test from "ava";
import { aLadder } from "../records/text.js";
import { peer, two, type Node, type TwoOptions } from "./network.js";

/** The phases 1 with the other side, and the last quick mode of its connection. */
function kept(node: Node, other: string): string[] {
	const quick = node.ladders.ofConnection(other, "office");
	return [...[...node.ladders.ofPeer(other)].map(aLadder), ...quick === undefined ? [] : [aLadder(quick)]];
}

function run(options: TwoOptions, prepare: (pair: ReturnType<typeof two>) => void = () => {}, time = 3000): readonly [a: string[], b: string[]] {
	const pair = two(options);
	prepare(pair);
	pair.a.ike.initiate(pair.network.now, "b", "office");
	pair.network.run(time);
	return [kept(pair.a, "b"), kept(pair.b, "a")];
}

test("main mode and quick mode, at both ends", (t) => {
	const [a, b] = run({});
	t.deepEqual(a, [
		"main initiator done: 0>1 SA VID*6 =3, 20<2 SA VID*3 =4, 20>3 KE NONCE NAT-D*2 =5, 40<4 KE NONCE NAT-D*2 =6, 40>5 ID HASH N =7, 60<6 ID HASH N =8",
		"quick initiator done: 0>1 HASH SA NONCE ID*2, 20<2 HASH SA NONCE ID*2, 20>3 HASH"]);
	t.deepEqual(b, [
		"main responder done: 0<1 SA VID*6 =2, 0>2 SA VID*3 =3, 20<3 KE NONCE NAT-D*2 =4, 20>4 KE NONCE NAT-D*2 =5, 40<5 ID HASH N =6, 40>6 ID HASH N =7",
		"quick responder done: 0<1 HASH SA NONCE ID*2, 0>2 HASH SA NONCE ID*2, 20<3 HASH"]);
});

test("aggressive mode", (t) => {
	const [a, b] = run({ a: { phase1Mode: "aggressive" }, b: { phase1Mode: "aggressive" } });
	t.regex(a[0]!, /^aggressive initiator done: 0>1 SA KE NONCE ID VID\*6 =3, 20<2 SA KE NONCE ID HASH VID\*3 NAT-D\*2 =4, 20>3 HASH NAT-D\*2 N =9$/);
	t.regex(b[0]!, /^aggressive responder done: 0<1 SA KE NONCE ID VID\*6 =2, 0>2 SA KE NONCE ID HASH VID\*3 NAT-D\*2 =3, 20<3 HASH NAT-D\*2 N =4/);
});

test("a peer that is not there: one message, how often, and the end", (t) => {
	const [a] = run({}, ({ network }) => { network.filter = () => false; }, 120000);
	t.regex(a[0]!, /^main initiator failed \(no answer\): 0>1 SA VID\*6 x6 to \d+ =3$/);
});

test("a message that is lost is sent again, and one that comes twice is counted", (t) => {
	const [a, b] = run({}, ({ network }) => { network.filter = ({ number }) => number !== 4; });
	t.regex(a[0]!, />3 KE NONCE NAT-D\*2 x2 to \d+ =5, /);
	t.regex(b[0]!, /<3 KE NONCE NAT-D\*2 x2 to \d+ =4, 20>4 KE NONCE NAT-D\*2 x2 to \d+ =5, /);
	t.regex(a[0]!, / done: /);
});

test("refused: what was said, and by whom", (t) => {
	const [a, b] = run({ b: { phase1Proposals: [{ encryption: "aes-256-cbc", hash: "sha512", dhGroup: 14 }] } });
	t.regex(a[0]!, /^main initiator open: 0>1 SA VID\*6 x2 to \d+ =3, 20<informational0 N x2 to \d+ \(14\)$/);
	t.regex(b[0]!, /^main responder failed \(it offers AES-CBC-128\/SHA256\/CURVE25519 by \S+\): 0<1!refused SA VID\*6 x2 to \d+, 0>informational0 N x2 to \d+ \(14\)$/);
	const [c, d] = run({ connectionB: { phase2Proposals: [{ protocol: "esp", encryption: "aes-256-cbc", authentication: "hmac-sha256-128" }] } });
	t.is(c[1], "quick initiator failed (the peer answers NO-PROPOSAL-CHOSEN): 0>1 HASH SA NONCE ID*2, 20<informational0 N (14)");
	t.regex(d[1]!, /^quick responder failed \(it offers .*\): 0<1!refused HASH SA NONCE ID\*2, 0>informational0 N \(14\)$/);
});

test("different pre-shared keys: message 5 cannot be read", (t) => {
	const [a, b] = run({ b: { preSharedKey: "another" } });
	t.regex(a[0]!, /40>5 ID HASH N x2 to \d+ =7/);
	t.regex(b[0]!, /, 40<5!(dropped|refused) /);
});

test("strangers with the peer's address leave alone what made the present key tunnel", (t) => {
	const { network, a, b } = two({});
	a.ike.initiate(network.now, "b", "office");
	network.run(3000);
	const before = kept(b, "a");
	const stranger = network.add("stranger", "10.0.0.1", [peer("b", "10.0.0.1", "10.0.0.2", { preSharedKey: "guessed" })]);
	network.nodes.splice(network.nodes.indexOf(a), 1);
	stranger.ike.initiate(network.now, "b", "office");
	network.run(1000);
	const after = kept(b, "a");
	t.is(after.length, 3);
	t.deepEqual([after[0], after[2]], before);
	t.regex(after[1]!, /^main responder open: .*, \d+<5!/);
});
