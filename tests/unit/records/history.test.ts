import test from "ava";
import { CONNECTIONS, HISTORY_EVENTS, HISTORY_MINUTES, HISTORY_SIZE } from "../../../modules/limits.js";
import { History } from "../../../modules/records/history.js";
import type { Traffic } from "../../../modules/records/types.js";

const nothing: Traffic = Object.freeze({ bytesIn: 0, bytesOut: 0, packetsIn: 0, packetsOut: 0, errorsIn: 0, errorsOut: 0 });
const OFFICE = 3;

/** A history of one connection, and what its SAs have carried. */
function world(): { readonly history: History; live: Traffic } {
	const world = { history: undefined as unknown as History, live: nothing };
	world.history = new History(new ArrayBuffer(CONNECTIONS * HISTORY_SIZE), (place) => place === OFFICE ? world.live : nothing);
	world.history.keep([], 1);
	return world;
}

test("totals do not go back when SAs go and others come", (t) => {
	const here = world();
	const { history } = here;
	here.live = { bytesIn: 100, bytesOut: 200, packetsIn: 1, packetsOut: 2, errorsIn: 3, errorsOut: 4 };
	t.deepEqual(history.traffic(OFFICE), here.live);
	history.gone(OFFICE, here.live);
	here.live = nothing;
	t.deepEqual(history.traffic(OFFICE), { bytesIn: 100, bytesOut: 200, packetsIn: 1, packetsOut: 2, errorsIn: 3, errorsOut: 4 });
	here.live = { ...nothing, bytesIn: 2 ** 40, errorsOut: 1 };
	t.deepEqual(history.traffic(OFFICE), { bytesIn: 2 ** 40 + 100, bytesOut: 200, packetsIn: 1, packetsOut: 2, errorsIn: 3, errorsOut: 5 });
	t.deepEqual(history.traffic(OFFICE + 1), nothing);
});

test("minutes: an hour of them, the present one last, also when SAs are renewed or nobody looked for a while", (t) => {
	const here = world();
	const { history } = here;
	const bytes = () => [...history.minutes(OFFICE)].map(({ bytesIn, errorsIn }) => `${bytesIn}/${errorsIn}`);
	t.is(history.nextDeadline, 60000);
	here.live = { ...nothing, bytesIn: 10, errorsIn: 1 };
	history.sample(59999);
	t.deepEqual(bytes(), ["10/1"]);
	history.sample(60000);
	t.is(history.nextDeadline, 120000);
	t.deepEqual(bytes(), ["10/1", "0/0"]);
	here.live = { ...nothing, bytesIn: 15, errorsIn: 1 };
	history.gone(OFFICE, here.live);
	here.live = { ...nothing, bytesIn: 7, errorsIn: 70000 };
	t.deepEqual(bytes(), ["10/1", "12/70000"]);
	history.sample(125000);
	t.deepEqual(bytes(), ["10/1", "12/65535", "0/0"]);
	here.live = { ...nothing, bytesIn: 8, errorsIn: 70000 };
	history.sample(300001);
	t.deepEqual(bytes(), ["10/1", "12/65535", "1/0", "0/0", "0/0", "0/0"]);
	for (let minute = 6; minute < 70; minute++) {
		here.live = { ...nothing, bytesIn: 8 + minute, errorsIn: 70000 };
		history.sample(minute * 60000);
	}
	t.is(bytes().length, HISTORY_MINUTES);
	t.deepEqual(bytes().slice(-3), ["1/0", "1/0", "0/0"]);
	// A day later there is nothing but what came meanwhile.
	here.live = { ...nothing, bytesIn: 500, errorsIn: 70000 };
	history.sample(86400000);
	t.is(bytes().length, HISTORY_MINUTES);
	t.true(bytes().every((each) => each === "0/0"));
});

test("large numbers of bytes lose no more than a float does", (t) => {
	const here = world();
	here.live = { ...nothing, bytesOut: 30e9 };
	here.history.sample(60000);
	const [first] = [...here.history.minutes(OFFICE)];
	t.true(Math.abs(first!.bytesOut - 30e9) < 3000);
});

test("turns: the last ones, newest first, each once, with its reason", (t) => {
	const { history } = world();
	const turns = () => [...history.turns(OFFICE)].map(({ time, up, reason }) => `${time} ${up ? "up" : "down"} ${reason}`);
	t.deepEqual(turns(), []);
	history.turn(5, OFFICE, false, "it was not up");
	t.deepEqual(turns(), []);
	history.turn(10, OFFICE, true, "this unit began");
	history.turn(11, OFFICE, true, "told again");
	history.turn(20, OFFICE, false, `\u001b${"é".repeat(60)}`);
	t.deepEqual(turns(), [`20 down \\x1b${"é".repeat(15)}\u2026`, "10 up this unit began"]);
	for (let i = 0; i < 7; i++)
		history.turn(30 + i, OFFICE, i % 2 === 0, "");
	t.is(turns().length, HISTORY_EVENTS);
	t.is(turns()[0], "36 up ");
	t.is(history.turnCount(OFFICE), 9);
	history.made(OFFICE);
	history.made(OFFICE);
	history.failed(OFFICE);
	t.deepEqual(history.negotiations(OFFICE), { made: 2, failed: 1 });
});

test("connections come and go: those that stay keep what they have, a new one begins with nothing", (t) => {
	const history = new History(new ArrayBuffer(CONNECTIONS * HISTORY_SIZE), () => nothing);
	history.keep([], CONNECTIONS);
	for (let place = 0; place < CONNECTIONS; place++)
		history.gone(place, { ...nothing, bytesIn: place + 1 });
	t.is(history.use().used, CONNECTIONS);
	history.keep([0, 1, 2, 3, 4, 5, 6, 7], 9);
	t.is(history.use().used, 9);
	t.is(history.traffic(12).bytesIn, 13);
	t.is(history.traffic(0).bytesIn, 0);
	history.gone(-1, { ...nothing, bytesIn: 1 });
	history.made(-1);
	history.turn(1, -1, true, "");
	t.deepEqual([...history.minutes(-1)], []);
	t.deepEqual([...history.turns(-1)], []);
	t.is(history.traffic(-1).bytesIn, 0);
});
