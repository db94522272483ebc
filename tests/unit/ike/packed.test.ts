import test from "ava";
import { holds, pack, unpack, type Packed } from "../../../modules/ike/packed.js";

test("packed byte strings: what goes in comes out, in any order, and what is taken out is gone", (t) => {
	let packed: Packed;
	t.is(unpack(packed, 1), undefined);
	packed = pack(packed, 1, Uint8Array.of(1, 2, 3), false);
	packed = pack(packed, 200, new Uint8Array(0), false);
	packed = pack(packed, 3, new Uint8Array(1000).fill(7), false);
	t.deepEqual(unpack(packed, 1), Uint8Array.of(1, 2, 3));
	t.is(unpack(packed, 200)!.length, 0);
	t.is(unpack(packed, 3)!.length, 1000);
	t.true(unpack(packed, 3)!.every((byte) => byte === 7));
	packed = pack(packed, 1, Uint8Array.of(9), false);
	t.deepEqual([unpack(packed, 1)![0], unpack(packed, 3)!.length], [9, 1000]);
	packed = pack(packed, 3, undefined, false);
	t.is(unpack(packed, 3), undefined);
	t.is(packed!.byteLength, 3 + 1 + 3);
	packed = pack(pack(packed, 1, undefined, false), 200, undefined, false);
	t.is(packed, undefined);
	t.is(pack(undefined, 5, undefined, true), undefined);
});

test("packed byte strings: 65,535 bytes fit with what stands before each, and a view of an entry may be put under another number", (t) => {
	const full = pack(undefined, 1, new Uint8Array(65532).fill(1), false);
	t.is(unpack(full, 1)!.length, 65532);
	t.throws(() => pack(full, 2, new Uint8Array(0), false), { instanceOf: RangeError });
	t.throws(() => pack(undefined, 1, new Uint8Array(65533), false), { instanceOf: RangeError });
	let packed = pack(undefined, 1, new Uint8Array(32000).fill(1), false);
	packed = pack(packed, 2, unpack(packed, 1), false);
	packed = pack(packed, 3, Uint8Array.of(5), false);
	t.is(unpack(packed, 2)!.length, 32000);
	t.is(unpack(packed, 2)![31999], 1);
	t.deepEqual(unpack(packed, 3), Uint8Array.of(5));
	t.deepEqual([1, 2, 3, 4].map((id) => holds(packed, id)), [true, true, true, false]);
	t.false(holds(undefined, 1));
});

test("packed secrets: the buffer that they were in is zeroed whenever there is another", (t) => {
	const first = pack(undefined, 1, Uint8Array.of(1, 2, 3), true)!;
	const second = pack(first, 2, Uint8Array.of(4), true)!;
	t.true(new Uint8Array(first).every((byte) => byte === 0));
	t.deepEqual(unpack(second, 1), Uint8Array.of(1, 2, 3));
	t.is(pack(pack(second, 1, undefined, true), 2, undefined, true), undefined);
	t.true(new Uint8Array(second).every((byte) => byte === 0));
});
