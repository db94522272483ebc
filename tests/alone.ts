/** Work on files that test files, each in a process of its own, share. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { until } from "./interop/processes.js";

/** The process that holds the lock, unless it has gone without giving it back. */
function holder(path: string): number | undefined {
	try {
		const pid = Number(readFileSync(path, "latin1"));
		process.kill(pid, 0);
		return pid;
	}
	catch {
		return undefined;
	}
}

function take(path: string): boolean {
	try {
		writeFileSync(path, String(process.pid), { flag: "wx" });
		return true;
	}
	catch {
		if (holder(path) === undefined)
			rmSync(path, { force: true });
		return false;
	}
}

/** Does `work` while no other process does what has the same lock, a file at `path`; waits for it up to `limit` milliseconds. */
export async function alone<T>(path: string, work: () => Promise<T>, limit = 600000): Promise<T> {
	mkdirSync(dirname(path), { recursive: true });
	await until(() => take(path) || undefined, () => `${path} is held by process ${holder(path)}`, limit, 100);
	try {
		return await work();
	}
	finally {
		rmSync(path, { force: true });
	}
}
