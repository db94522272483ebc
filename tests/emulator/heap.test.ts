/**
 * The heap of the board's control plane is full: another one starts, and the tunnels carry on meanwhile, with the SAs and the socket that C has kept. And the whole board
 * starts anew, with nothing but its settings.
 */
import type { KeygateConnection } from "../interop/keygate.js";
import type { CharonConnection } from "../interop/charon.js";
import { until } from "../interop/processes.js";
import { ping, pingUntilAnswered, SteadyPing } from "../interop/traffic.js";
import { symbolsOf } from "./counter.js";
import { image, type Firmware } from "./firmware.js";
import { result, withBoard } from "./lab.js";

const secret = "emulator, heap";
const ours: KeygateConnection = { phase1: [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 31 }], phase2: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], pfs: "off", secret };
const theirs: CharonConnection = { proposals: "aes128-sha256-curve25519", esp: "aes128gcm16", secret };
/** Registers: the second argument. */
const A1 = 11;
const NOT_ENOUGH_MEMORY = 1;

/** In the middle of a call of JavaScript, the heap is full: what XS calls then is called. */
async function fillHeap(board: Firmware): Promise<void> {
	const { addresses, names } = symbolsOf(image);
	const address = (name: string) => addresses[names.indexOf(name)]!;
	const debugging = await board.emulator.debug();
	const native = address("xs_loop_schedule");
	await debugging.breakpoint(native);
	let isDone = false;
	debugging.follow(async () => {
		await debugging.unbreak(native);
		await debugging.setRegister(A1, NOT_ENOUGH_MEMORY);
		await debugging.jump(address("fxAbort"));
		isDone = true;
	});
	await until(() => isDone || undefined, () => "JavaScript is not called", 30000);
	await debugging.leave();
}

withBoard("heap: a full one while packets flow: no ping is lost, the tunnel is shown all the while, and there is one pair in the end", async (t, lab) => {
	const { keygate, network: { left, right } } = lab;
	await lab.set(ours, theirs);
	await pingUntilAnswered(left, right);
	const before = (await keygate.status()).securityAssociations.map(({ spi }) => spi);
	t.is(before.length, 2);
	const from = keygate.output.length;
	const steady = new SteadyPing(left, right, 0.02);
	const back = new SteadyPing(right, left, 0.02);
	await fillHeap(keygate);
	await keygate.emulator.says(/control plane restarted, tunnels keep carrying: heap exhausted: memory full/, { from });
	await keygate.prompted(from);
	const rows = (await keygate.status()).securityAssociations.map(({ spi }) => spi);
	t.deepEqual(rows.filter((spi) => before.includes(spi)), before);
	const after = await keygate.until((status) => status.securityAssociations.length === 2 && status.securityAssociations.every(({ spi }) => !before.includes(spi)), "with one pair, another", 120000);
	t.is(after.ikeSecurityAssociations.filter(({ state }) => state === 9).length, 1);
	const [there, here] = [await steady.stop(), await back.stop()];
	t.true(there.sent > 100 && here.sent > 100);
	t.is(there.sent - there.received, 0, `${there.received} of ${there.sent} pings answered`);
	t.is(here.sent - here.received, 0, `${here.received} of ${here.sent} pings from the peer's side answered`);
	t.regex(await keygate.command("log vpn 90"), /its heap was full; tunnels carry on/);
	result(`board    a full heap: ${there.received + here.received} of ${there.sent + here.sent} pings answered, both ways`);
});

withBoard("T29 orphans: the reset button while a tunnel is up, and only charon's side has something to send: the tunnel comes back by itself", async (t, lab) => {
	const { keygate, charon, network: { left, right } } = lab;
	await lab.set(ours, theirs);
	await pingUntilAnswered(left, right);
	await keygate.reset();
	await keygate.addressed();
	const began = performance.now();
	await pingUntilAnswered(right, left, 60);
	const seconds = (performance.now() - began) / 1000;
	t.deepEqual(await ping(right, left, { count: 10, interval: 0.1 }), { sent: 10, received: 10 });
	t.is(await charon.tunnels(), 1);
	result(`board    the reset button, charon's side pings: answered ${seconds.toFixed(1)} s after the board has its address`);
});
