import test from "ava";
import {
	DROP_BAD_ICV, DROP_REASONS, ENGINE_DROPS, ENGINE_EVENTS_LOST, ENGINE_TABLE_SIZE, POLICY_FLAGS, POLICY_FLAG_ACQUIRE, POLICY_FLAG_ACQUIRING,
	POLICY_FLAG_ENABLED, POLICY_LOCAL_FIRST, POLICY_REMOTE_LAST, POLICY_REMOTE_PORT, POLICY_SIZE, POLICY_USED, SPD_COUNT, SPD_ORDER, SPD_RECORDS, SPD_VERSION
} from "../../../modules/ipsec/layout.js";
import { SPD } from "../../../modules/ipsec/spd.js";
import { engineTable, setNumber64, spdTable } from "../../../modules/ipsec/tables.js";
import { dropReasons } from "../../../modules/ipsec/types.js";
import { CONNECTIONS, PARKED_PACKETS } from "../../../modules/limits.js";
import { policyParameters, selector } from "./parameters.js";

function makeSPD(): SPD {
	const spd = new SPD();
	for (let index = 0; index < CONNECTIONS; index++)
		spd.clear(index);
	new Uint8Array(engineTable()).fill(0, 0, ENGINE_TABLE_SIZE);
	return new SPD();
}

function view(): DataView {
	return new DataView(spdTable());
}

function order(): number[] {
	const indices: number[] = [];
	for (let i = 0; i < view().getUint32(SPD_COUNT, true); i++)
		indices.push(view().getUint16(SPD_ORDER + i * 2, true));
	return indices;
}

test("F17 keep: policies of settings that are no more go when those of the new ones are there, and each change is told to the engine", (t) => {
	const spd = makeSPD();
	for (let index = 0; index < CONNECTIONS; index++)
		spd.write(index, policyParameters({ order: CONNECTIONS - index }));
	const again = new SPD();
	const version = view().getUint32(SPD_VERSION, true);
	again.write(0, policyParameters({ order: 2 }));
	again.write(1, policyParameters({ order: 1 }));
	t.is(order().length, CONNECTIONS);
	again.keep((index) => index < 2);
	t.deepEqual(order(), [1, 0]);
	t.true(view().getUint32(SPD_VERSION, true) >= version + 3);
	again.keep((index) => index < 2);
	t.deepEqual(order(), [1, 0]);
});

test("write: a policy as the engine reads it", (t) => {
	const spd = makeSPD();
	spd.write(3, policyParameters({ remote: selector("10.2.0.0/16", 443), ipProtocol: 6, acquire: false }));
	const at = SPD_RECORDS + 3 * POLICY_SIZE;
	t.is(view().getUint8(at + POLICY_USED), 1);
	t.is(view().getUint8(at + POLICY_FLAGS), POLICY_FLAG_ENABLED);
	t.is(view().getUint32(at + POLICY_LOCAL_FIRST, true), 0x0a010000);
	t.is(view().getUint32(at + POLICY_REMOTE_LAST, true), 0x0a02ffff);
	t.is(view().getUint16(at + POLICY_REMOTE_PORT, true), 443);
	spd.write(3, policyParameters({ enabled: false }));
	t.is(view().getUint8(at + POLICY_FLAGS), POLICY_FLAG_ACQUIRE);
	t.is(view().getUint16(at + POLICY_REMOTE_PORT, true), 0);
	t.deepEqual(order(), [3]);
});

test("write and clear: tried by order, of equals the lower index first", (t) => {
	const spd = makeSPD();
	for (const [index, place] of [[0, 5], [1, 2], [2, 5], [3, 9], [4, 1], [5, 2]] as const)
		spd.write(index, policyParameters({ order: place }));
	t.deepEqual(order(), [4, 1, 5, 0, 2, 3]);
	spd.write(3, policyParameters({ order: 0 }));
	t.deepEqual(order(), [3, 4, 1, 5, 0, 2]);
	spd.clear(1);
	t.deepEqual(order(), [3, 4, 5, 0, 2]);
	spd.clear(1);
	t.deepEqual(order(), [3, 4, 5, 0, 2]);
	const [use] = [...spd.use()];
	t.is(use!.used, 5);
	t.is(use!.highWater, 6);
});

test("write: as many as there are connections, no more", (t) => {
	const spd = makeSPD();
	for (let index = 0; index < CONNECTIONS; index++)
		spd.write(index, policyParameters({ order: CONNECTIONS - index }));
	t.is(order().length, CONNECTIONS);
	t.is(order()[0], CONNECTIONS - 1);
	for (const index of [-1, CONNECTIONS, 0.5, NaN])
		t.throws(() => spd.write(index, policyParameters()), { instanceOf: RangeError });
	t.throws(() => spd.clear(CONNECTIONS), { instanceOf: RangeError });
	t.throws(() => spd.answered(CONNECTIONS), { instanceOf: RangeError });
});

test("write: what cannot be is refused, and the policy stays as it was", (t) => {
	const spd = makeSPD();
	spd.write(0, policyParameters());
	const before = new Uint8Array(spdTable()).slice();
	t.throws(() => spd.write(0, policyParameters({ local: { first: 5, last: 4, port: 0 } })), { message: /empty/ });
	t.throws(() => spd.write(0, policyParameters({ ipProtocol: 256 })), { message: /256/ });
	t.deepEqual(new Uint8Array(spdTable()).slice(), before);
});

test("each change tells the engine to forget what it remembers of flows", (t) => {
	const spd = makeSPD();
	const first = view().getUint32(SPD_VERSION, true);
	spd.write(0, policyParameters());
	const second = view().getUint32(SPD_VERSION, true);
	spd.clear(0);
	t.not(first, second);
	t.not(view().getUint32(SPD_VERSION, true), second);
});

test("policies stay when the control plane starts again", (t) => {
	const spd = makeSPD();
	spd.write(7, policyParameters());
	const again = new SPD();
	t.deepEqual(order(), [7]);
	t.is([...again.use()][0]!.used, 1);
});

test("answered: the next packet may ask again", (t) => {
	const spd = makeSPD();
	spd.write(2, policyParameters());
	const at = SPD_RECORDS + 2 * POLICY_SIZE + POLICY_FLAGS;
	view().setUint8(at, POLICY_FLAG_ENABLED | POLICY_FLAG_ACQUIRE | POLICY_FLAG_ACQUIRING);
	spd.answered(2);
	t.is(view().getUint8(at), POLICY_FLAG_ENABLED | POLICY_FLAG_ACQUIRE);
});

test("counters: by name, those that are not 0", (t) => {
	const spd = makeSPD();
	const engine = new DataView(engineTable());
	t.deepEqual([...spd.counters()], []);
	setNumber64(engine, ENGINE_DROPS + DROP_BAD_ICV * 8, 2 ** 33 + 1);
	setNumber64(engine, ENGINE_DROPS + (DROP_REASONS - 1) * 8, 2);
	engine.setUint32(ENGINE_EVENTS_LOST, 3, true);
	t.deepEqual([...spd.counters()], [{ name: "bad-icv", value: 2 ** 33 + 1 }, { name: "dummy", value: 2 }, { name: "engine-events-lost", value: 3 }]);
	t.is(spd.drops("bad-icv"), 2 ** 33 + 1);
	t.is(spd.drops("not-ipv4"), 0);
	t.is(dropReasons.length, DROP_REASONS);
});

test("use: parked packets are a table too", (t) => {
	const spd = makeSPD();
	const [, parked] = [...spd.use()];
	t.is(parked!.name, "parked packets");
	t.is(parked!.used, 0);
	t.is(parked!.size, PARKED_PACKETS);
});
