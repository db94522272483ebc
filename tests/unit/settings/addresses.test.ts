import test from "ava";
import { eachNetwork, formatAddress, parseAddress, parseNetwork } from "../../../modules/addresses.js";

test("networks, addresses and ranges, and what is none", (t) => {
	for (const [text, first, last] of [
		["10.1.0.0/24", "10.1.0.0", "10.1.0.255"], ["0.0.0.0/0", "0.0.0.0", "255.255.255.255"], ["10.1.0.7", "10.1.0.7", "10.1.0.7"],
		["10.1.0.7/32", "10.1.0.7", "10.1.0.7"], ["10.1.0.1-10.1.0.9", "10.1.0.1", "10.1.0.9"], ["10.1.0.7-10.1.0.7", "10.1.0.7", "10.1.0.7"],
		["0.0.0.0-255.255.255.255", "0.0.0.0", "255.255.255.255"],
	] as const) {
		const network = parseNetwork(text);
		t.deepEqual(network === undefined ? undefined : [formatAddress(network.first), formatAddress(network.last)], [first, last], text);
	}
	for (const text of ["", "-", "10.1.0.1-", "-10.1.0.1", "10.1.0.9-10.1.0.1", "10.1.0.1-10.1.0.9/24", "10.1.0.1 - 10.1.0.9", "10.1.0.1-9", "10.1.0.1-10.1.0.9-10.1.0.12", "10.1.0.1/24", "10.1.0.0/33", "10.1.0.0/024", "10.1.0.0/"])
		t.is(parseNetwork(text), undefined, text);
});

test("a range is a row of networks, without a gap and to its end", (t) => {
	for (const [from, to, count] of [["0.0.0.0", "255.255.255.255", 1], ["0.0.0.1", "255.255.255.254", 62], ["10.1.0.0", "10.1.0.255", 1], ["10.1.0.1", "10.1.0.1", 1], ["10.1.0.1", "10.1.1.0", 9], ["128.0.0.0", "255.255.255.255", 1], ["10.0.0.3", "10.0.0.4", 2]] as const) {
		const last = parseAddress(to)!;
		let at = parseAddress(from)!;
		let networks = 0;
		eachNetwork(at, last, (first, prefix) => {
			const size = 2 ** (32 - prefix);
			t.is(first, at);
			t.is(at % size, 0);
			t.true(at + size - 1 <= last);
			at += size;
			networks++;
		});
		t.is(at, last + 1);
		t.is(networks, count, `${from}-${to}`);
	}
});
