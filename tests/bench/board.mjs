// node tests/bench/board.mjs [start] [ALGORITHM...]: the emulated board between a LAN host and a Linux gateway: what a start costs until it is of use; Mbit/s of TCP each way, and the
// instructions that a packet of 1400 bytes costs, by algorithm and by part of the firmware, with the processor's instructions for AES and SHA-2 and without. Needs root, for the namespaces.
import { join } from "node:path";
import { root } from "../../hosts/setup.mjs";
import { words } from "./report.mjs";

const load = (path) => import(join(root, "build/js", `${path}.js`));
if (globalThis.native === undefined)
	await load("hosts/node/natives");
const [{ Taps, BOARD }, { Firmware, image }, { Keygate, settings }, { transfer, pingUntilAnswered }, { byPart, difference }, { CPU, PLAIN_CPU }] = await Promise.all(
	["tests/emulator/taps", "tests/emulator/firmware", "tests/interop/keygate", "tests/interop/traffic", "tests/emulator/counter", "hosts/emulator/qemu"].map(load));

const algorithms = [
	["aes-128-gcm-16"], ["aes-256-gcm-16"], ["aes-128-cbc", "hmac-sha1-96"], ["aes-128-cbc", "hmac-sha256-128"], ["aes-256-cbc", "hmac-sha256-128"], ["aes-128-ctr", "hmac-sha256-128"],
	["3des-cbc", "hmac-sha1-96"], ["null", "hmac-sha256-128"],
].filter(([encryption]) => words.length === 0 || words.includes(encryption));
const withStart = words.length === 0 || words.includes("start");
const megabytes = 8;
const packets = 1000;
const size = 1400;
const phase1 = [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 31 }];

if (process.getuid() !== 0) {
	console.error("board bench: needs root, for the namespaces");
	process.exit(1);
}

/** Sends `packets` UDP datagrams, at a rate that the board keeps up with; the instructions that the board ran meanwhile. */
async function counted(board, from, to) {
	const counter = board.emulator.counter;
	const before = counter.blocks();
	const { NODE_OPTIONS: _, ...env } = process.env;
	await from.namespace.must([process.execPath, "-e", `
		const socket = require("node:dgram").createSocket("udp4");
		let left = ${packets};
		const data = Buffer.alloc(${size - 28}, 0x78);
		socket.bind(0, "${from.lan}", () => {
			const timer = setInterval(() => {
				for (let i = 0; i < 5 && left > 0; i++, left--)
					socket.send(data, 9, "${to.lan}");
				if (left === 0) {
					clearInterval(timer);
					setTimeout(() => socket.close(), 500);
				}
			}, 20);
		});`], { env, limit: 120000 });
	return difference(before, counter.blocks());
}

/** How many packets an SA of this direction has seen. */
async function seen(board, direction) {
	return (await board.status()).securityAssociations.find((sa) => sa.direction === direction).packets;
}

const sum = (blocks) => [...blocks.values()].reduce((a, b) => a + b, 0);

/** From power on: seconds of this machine, and instructions of the board, until it can be talked to, shows a page, has its address on the WAN, and carries a packet. */
async function starts(board, peer, taps) {
	const connection = { phase1, phase2: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], pfs: "off", secret: "bench, the board" };
	await peer.start(connection, { wan: BOARD.wan, network: BOARD.network });
	const began = performance.now();
	const tell = (what) => console.log(`${what.padEnd(50)}${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s${(board.emulator.counter.read() / 1e6).toFixed(0).padStart(8)} million instructions`);
	await board.boot(settings(connection, { ...taps.left, lan: BOARD.lan }, taps.right), { cpu: CPU, counted: true });
	tell("from power on to the console's prompt");
	await taps.left.namespace.must(["curl", "-sf", "--retry", "50", "--retry-delay", "1", "--retry-all-errors", "-o", "/dev/null", "-u", "admin:interoperation", `http://${BOARD.lan}/status`], { limit: 60000 });
	tell("to a page, with a password that was verified");
	await board.addressed();
	tell("to its address on the WAN, which it asks for first");
	await pingUntilAnswered(taps.left, taps.right);
	tell("to a packet that came back through a tunnel");
	await board.off();
}

const taps = await Taps.create();
const board = new Firmware(taps.place);
const peer = new Keygate(taps.right);
try {
	if (withStart)
		await starts(board, peer, taps);
	console.log(`${"ESP in UDP".padEnd(30)}${"cpu".padEnd(7)}${"Mbit/s out".padStart(11)}${"in".padStart(7)}${"instructions out".padStart(18)}${"in".padStart(9)}   of which out`);
	for (const [encryption, authentication] of algorithms) {
		for (const [name, cpu] of [["Zkn", CPU], ["plain", PLAIN_CPU]]) {
			const connection = { phase1, phase2: [{ protocol: "esp", encryption, ...(authentication && { authentication }) }], pfs: "off", secret: "bench, the board" };
			const document = settings(connection, { ...taps.left, lan: BOARD.lan }, taps.right);
			await peer.start(connection, { wan: BOARD.wan, network: BOARD.network });
			await board.boot(document, { cpu });
			await board.addressed();
			await pingUntilAnswered(taps.left, taps.right);
			const speeds = [await transfer(taps.left, taps.right, megabytes, 300000), await transfer(taps.right, taps.left, megabytes, 300000)];
			await board.off();
			await peer.start(connection, { wan: BOARD.wan, network: BOARD.network });
			await board.boot(undefined, { cpu, counted: true });
			await board.addressed();
			await pingUntilAnswered(taps.left, taps.right);
			const costs = [];
			let parts = "";
			for (const [direction, from, to] of [["Outgoing", taps.left, taps.right], ["Incoming", taps.right, taps.left]]) {
				const before = await seen(board, direction);
				const blocks = await counted(board, from, to);
				const count = await seen(board, direction) - before;
				costs.push(count < packets * 0.99 ? NaN : sum(blocks) / count);
				if (parts === "")
					parts = [...byPart(blocks, image)].sort((a, b) => b[1] - a[1]).map(([part, run]) => `${part} ${Math.round(run / count)}`).join(", ");
			}
			console.log(`${`${encryption} ${authentication ?? ""}`.padEnd(30)}${name.padEnd(7)}${String(speeds[0]).padStart(11)}${String(speeds[1]).padStart(7)}${costs.map((cost, i) => cost.toFixed(0).padStart(i ? 9 : 18)).join("")}   ${parts}`);
			await board.off();
		}
	}
}
finally {
	await board.close();
	await peer.close();
	await taps.close();
}
