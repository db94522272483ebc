/** What stands between the board and a kernel's own IPsec besides a cable: routers that translate addresses, transport mode, links that a sealed packet is too large for. */
import type { ExecutionContext } from "ava";
import type { KeygateConnection } from "../interop/keygate.js";
import { ping, pingUntilAnswered } from "../interop/traffic.js";
import { bothRoles, eachRole } from "../interop/vm/combination.js";
import type { PeerConnection } from "../interop/vm/peers.js";
import { result } from "./lab.js";
import { withBoardAndVM, type BoardVMLab } from "./vm.js";

const secret = "emulator, ways";
const phase2 = [{ protocol: "esp" as const, encryption: "aes-128-gcm-16" }];
const ours: KeygateConnection = { phase1: [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 31 }], phase2, pfs: "off", secret, natTraversal: "auto" };
const theirs: PeerConnection = { daemon: "charon", proposals: "aes128-sha256-curve25519", esp: "aes128gcm16", secret };

/** A counter of `memory`, 0 when it is not there. */
async function counter({ keygate }: BoardVMLab, name: string): Promise<number> {
	return Number((await keygate.command("memory")).match(new RegExp(`^\\s*${name} +(\\d+)`, "m"))?.[1] ?? 0);
}

/** Packets that the board has opened. */
async function opened({ keygate }: BoardVMLab): Promise<number> {
	return (await keygate.status()).securityAssociations.find((sa) => sa.direction === "Incoming")!.packets;
}

async function largePackets(t: ExecutionContext, lab: BoardVMLab, way: string): Promise<void> {
	const { keygate, vm, network: { left } } = lab;
	await keygate.command("up branch/office");
	await keygate.up();
	await pingUntilAnswered(left, vm.place);
	// a packet more than one frame holds, and one more than a LAN takes in one piece, up to the largest that is opened
	const sizes = [1400, 1500, 2000, 3000, 4000];
	for (const size of sizes) {
		const before = await opened(lab);
		t.is((await ping(vm.place, left, { count: 1, size })).received, 1, `${size} bytes from the peer`);
		t.is(await opened(lab) - before, 1, `${size} bytes came sealed as one packet`);
		t.is((await ping(left, vm.place, { count: 1, size })).received, 1, `${size} bytes to the peer`);
	}
	const before = await counter(lab, "too-long");
	t.is((await ping(vm.place, left, { count: 1, size: 6000, wait: 1 })).received, 0);
	t.is(await counter(lab, "too-long") - before, 1, "what is larger is counted");
	t.is((await ping(vm.place, left)).received, 5);
	t.deepEqual((await keygate.status()).securityAssociations.map((sa) => sa.erroredPackets), [0, 0]);
	result(`board    sealed packets in fragments, ${way}: pings of ${sizes.join(", ")} bytes both ways`);
}

withBoardAndVM("ways: packets that are sealed whole and come in fragments: ESP behind plain IP", async (t, lab) => {
	await lab.set(ours, theirs);
	await largePackets(t, lab, "native");
});

withBoardAndVM("ways: packets that are sealed whole and come in fragments: ESP in UDP", async (t, lab) => {
	await lab.set({ ...ours, natTraversal: "force" }, { ...theirs, encapsulate: true });
	await largePackets(t, lab, "in UDP");
});

for (const translation of ["Near end", "Far end", "Both ends"] as const)
	withBoardAndVM(`ways: T22 T23 a NAT between board and charon: ${translation}, both roles`, (t, lab) => bothRoles(t, lab, {
		keygate: ours, peer: theirs, authentication: "PSK", translation, megabytes: 0, host: "board"
	}));

for (const [what, proposal, esp, ah] of [["ESP", phase2, "aes128gcm16", false], ["AH", [{ protocol: "ah" as const, authentication: "hmac-sha256-128" }], "sha256", true]] as const)
	withBoardAndVM(`ways: transport mode with a kernel's ${what}, both roles: the board itself is the end`, async (t, lab) => {
		const { keygate, vm, network } = lab;
		await lab.set({ ...ours, phase2: proposal, mode: "transport" }, { ...theirs, esp, ah, transport: true });
		const board = { lan: network.left.wan };
		const end = { ...vm.place, lan: vm.wan };
		await eachRole(t, lab, "charon", async () => {
			await pingUntilAnswered(end, board);
			// the kernel takes nothing in clear from an address that it has a policy for
			t.deepEqual(await ping(end, board), { sent: 5, received: 5 });
			t.deepEqual(await ping(end, board, { size: 1200 }), { sent: 5, received: 5 });
			t.true((await keygate.status()).securityAssociations.every((sa) => sa.packets >= 10), "both ways by the SAs");
		});
		result(`board    transport mode, ${what}: both roles, pings of the board's own address`);
	});
