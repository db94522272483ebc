/** A TCP transfer between the LAN address of a gateway's namespace and that of the VM. */
import { fileURLToPath } from "node:url";
import type { Side } from "../network.js";
import type { VM } from "./vm.js";

const bulk = fileURLToPath(new URL("../bulk.js", import.meta.url));
const port = 7000;
const MiB = 1024 * 1024;

/** Sends `megabytes` to the VM and as many back; throws when not exactly the same bytes arrived. Mbit/s, both ways. */
export async function transferBothWays(side: Side, vm: VM, megabytes = 4): Promise<[number, number]> {
	return [await toVM(side, vm, megabytes * MiB), await fromVM(side, vm, megabytes * MiB)];
}

const { NODE_OPTIONS: _, ...env } = process.env;

async function toVM(side: Side, vm: VM, bytes: number): Promise<number> {
	const received = vm.must(`nc.openbsd -l ${vm.lan} ${port} </dev/null | sha256sum`, { limit: 120000 });
	await vm.must(`until netstat -ltn | grep -q ':${port} '; do sleep 0.05; done`);
	const began = performance.now();
	const [sent, arrived] = await Promise.all([
		side.namespace.must([process.execPath, bulk, "send", side.lan, vm.lan, `${port}`, `${bytes}`], { limit: 120000, env }), received]);
	return judge(bytes, began, sent.trim(), `${bytes} ${arrived.slice(0, 64)}`);
}

async function fromVM(side: Side, vm: VM, bytes: number): Promise<number> {
	const receiver = side.namespace.start([process.execPath, bulk, "receive", side.lan], { env });
	try {
		const to = (await receiver.waitFor(/^listening (\d+)$/m))[1]!;
		const sum = (await vm.must(`head -c ${bytes} /dev/urandom >/tmp/bulk; sha256sum /tmp/bulk`)).slice(0, 64);
		const began = performance.now();
		await vm.must(`nc.openbsd -N -s ${vm.lan} ${side.lan} ${to} </tmp/bulk`, { limit: 120000 });
		const received = (await receiver.waitFor(/^\d+ \w{64}$/m))[0];
		return judge(bytes, began, `${bytes} ${sum}`, received);
	}
	finally {
		await receiver.stop();
	}
}

function judge(bytes: number, began: number, sent: string, received: string): number {
	const seconds = (performance.now() - began) / 1000;
	if (sent !== received)
		throw new Error(`sent ${sent}, received ${received}`);
	return Math.round(8 * bytes / 1e6 / seconds);
}
