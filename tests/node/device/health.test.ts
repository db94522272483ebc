/** What the firmware knows of itself, and when it is healthy: hosts/device/firmware.ts over a C side that is not one. */
import test from "ava";
import { DeviceFirmware, HEALTHY } from "../../../hosts/device/firmware.js";
import type { FirmwareNatives } from "../../../hosts/device/firmware.js";

interface State {
	running: number;
	confirmed: boolean;
	next: number;
	outcome: number;
	about: number;
	fault: number;
	confirms: number;
	takes: boolean;
	begun: string[];
}

function setUp(change: Partial<State> = {}, reason = ""): { state: State; firmware: DeviceFirmware } {
	const state: State = { running: 0, confirmed: true, next: -1, outcome: 0, about: -1, fault: 0, confirms: 0, takes: true, begun: [], ...change };
	const natives: FirmwareNatives = {
		status: () => state.running + 1 | Number(state.confirmed) << 2 | state.next + 1 << 3 | state.outcome << 5 | state.about + 1 << 7,
		version: (slot) => slot === 0 ? "0.1.0" : "0.2.0",
		begin: (version) => (state.begun.push(version), state.fault),
		write: () => state.fault,
		end: () => state.fault,
		received: () => "0.2.0",
		confirm: () => (state.confirms++, state.takes),
	};
	return { state, firmware: new DeviceFirmware({ natives, version: "0.1.0", reason }) };
}

test("health: a minute after the gateway's start, or when a page was served", (t) => {
	const first = setUp({ confirmed: false });
	first.firmware.served();
	t.is(first.firmware.at, undefined, "not before the gateway was started");
	first.firmware.started(1000);
	t.is(first.firmware.at, 1000 + HEALTHY);
	first.firmware.poll(999 + HEALTHY);
	t.is(first.state.confirms, 0);
	first.firmware.poll(1000 + HEALTHY);
	first.firmware.poll(1001 + HEALTHY);
	first.firmware.served();
	t.deepEqual([first.state.confirms, first.firmware.at], [1, undefined], "once");
	const second = setUp();
	second.firmware.started(0);
	second.firmware.served();
	second.firmware.served();
	t.deepEqual([second.state.confirms, second.firmware.at], [1, undefined]);
});

test("health: a flash that does not take it is asked again a minute later, not with every page", (t) => {
	const { state, firmware } = setUp({ takes: false });
	firmware.started(0);
	for (let i = 0; i < 5; i++)
		firmware.served();
	t.deepEqual([state.confirms, firmware.at], [1, 2 * HEALTHY]);
	firmware.poll(2 * HEALTHY);
	state.takes = true;
	firmware.poll(3 * HEALTHY);
	t.deepEqual([state.confirms, firmware.at], [3, undefined]);
});

test("firmware: what is in the slots, and how the last update went", (t) => {
	const rows = (change: Partial<State>): string[] => [...setUp(change).firmware.slots()].map(({ version, state }) => `${version} ${state}`);
	t.deepEqual(rows({}), ["0.1.0 running, came up healthy", "0.2.0 "]);
	t.deepEqual(rows({ next: 1 }), ["0.1.0 running, came up healthy", "0.2.0 tried with the next start"]);
	t.deepEqual(rows({ running: 1, confirmed: false }), ["0.1.0 ", "0.2.0 running, on trial"]);
	t.deepEqual(rows({ running: -1 }), []);
	t.is(setUp().firmware.outcome(), "");
	t.is(setUp({ outcome: 1, about: 1 }).firmware.outcome(), "The last update, in slot 1, came up healthy.");
	t.is(setUp({ outcome: 2, about: 1 }, "illegal instruction at 80001234").firmware.outcome(),
		"The last update, in slot 1, was tried and did not come up healthy: the firmware before runs again. It ended so: illegal instruction at 80001234");
	t.is(setUp({ outcome: 3, about: 0, running: 1 }).firmware.outcome(), "What was in slot 0 could not be started: it is not whole, or not signed. The other firmware runs.");
	t.true(setUp({ next: 1 }).firmware.isMarked);
	t.false(setUp().firmware.isMarked);
});

test("firmware: every fault of an image is a sentence; an older one has to be asked for", (t) => {
	const { state, firmware } = setUp();
	const seen = new Set<string>();
	for (state.fault = 1; state.fault <= 12; state.fault++) {
		const text = firmware.write(new Uint8Array(1));
		t.regex(text, /^[A-Z].*\.$/);
		seen.add(text);
		t.is(firmware.end(), text);
	}
	t.is(seen.size, 12);
	state.fault = 0;
	t.is(firmware.begin(false), "");
	t.is(firmware.begin(true), "");
	t.deepEqual(state.begun, ["0.1.0", ""]);
	t.is(firmware.obstacle(), "");
	t.regex(setUp({ running: -1, confirmed: false }).firmware.obstacle(), /^There is no slot/);
	t.regex(setUp({ confirmed: false }).firmware.obstacle(), /itself on trial/);
});
