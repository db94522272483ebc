// For the benches of growth: gateways built with larger tables, and what they take and keep.
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { need } from "../../hosts/setup.mjs";
import { root } from "./gateways.mjs";

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A copy of the sources whose tables hold so many connections and peers, built: where its executable is. `--profile` goes to the build (tests/bench/profile.mjs). */
export async function buildLarger({ connections, peers = 8 }) {
	const profile = process.argv.includes("--profile") ? ["--profile"] : [];
	const folder = join(root, "build/scale");
	mkdirSync(folder, { recursive: true });
	for (const name of ["modules", "hosts", "tests/unit", "tests/vectors", "package.json", "tsconfig.json", "manifest.json"]) {
		rmSync(join(folder, name), { recursive: true, force: true });
		cpSync(join(root, name), join(folder, name), { recursive: true, preserveTimestamps: true });
	}
	rmSync(join(folder, "node_modules"), { force: true });
	symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
	const edit = (name, changes) => {
		const path = join(folder, name);
		let text = readFileSync(path, "utf8");
		for (const [what, value] of changes) {
			if (!what.test(text))
				throw new Error(`${name}: there is no ${what}`);
			text = text.replace(what, value);
		}
		writeFileSync(path, text);
	};
	const constant = (name, value) => [new RegExp(`(?<=export const ${name} = )[^;]+`), String(value)];
	edit("modules/limits.ts", [constant("CONNECTIONS", connections), constant("SECURITY_ASSOCIATIONS", 3 * connections), constant("PEERS", peers),
		constant("IKE_SECURITY_ASSOCIATIONS", 2 * peers), constant("HALF_OPEN", Math.max(6, peers / 2)), constant("SETTINGS_SIZE", 1 << 20)]);
	// The firewall log, which is off, has a byte for a policy.
	edit("modules/ipsec/firewall.h", [[/CONNECTIONS < ENTRY_NO_POLICY && /, ""]]);
	edit("hosts/linux/system.c", [[/(?<=size_t room = )1024 \* 1024/, "4 << 20"]]);
	edit("hosts/linux/file.c", [[/(?<=#define kFileSize )\d+/, 1 << 20]]);
	// The machine of a device has no room for so many settings.
	edit("hosts/xs/machine.c", [[/(?<=kMachineDevice = \{ \.chunkBytes = )\d+/, 8 << 20], [/(?<=kMachineDevice = .*\.slots = )\d+/, 400 * connections + 400 * peers]]);
	await need("building with larger tables", process.execPath, [join(folder, "hosts/linux/build.mjs"), "--write", ...profile]);
	return join(folder, `build/linux${profile.length > 0 ? "-profile" : ""}/keygate`);
}

/** Milliseconds of processor time so far, of all threads. */
export function used(pid) {
	return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]) / 1e6, 0);
}

/** When the processes have begun to do nothing for `quiet` milliseconds. */
export async function settled(pids, quiet = 300) {
	for (let last = "", since = performance.now(); ; await pause(5)) {
		const now = pids.map(used).join();
		if (now === last && performance.now() - since >= quiet)
			return since;
		if (now !== last)
			since = performance.now();
		last = now;
	}
}

const authorization = `Basic ${Buffer.from("admin:a word for the bench").toString("base64")}`;
export const get = async (base, path) => (await fetch(new URL(path, base), { headers: { authorization } })).text();

/** Milliseconds of a gateway's processor time for one request, beside what an idle one takes. */
export async function page({ child: { pid } }, base, path, times) {
	await get(base, path);
	await settled([pid], 50);
	const before = used(pid);
	for (let i = 0; i < times; i++)
		await get(base, path);
	await settled([pid], 50);
	return (used(pid) - before) / times;
}

/** What the gateway's machine keeps: slots, and bytes of chunks. */
export async function kept(gateway) {
	const text = await gateway.command("memory");
	return ["slots", "chunks"].map((what) => Number(new RegExp(`XS ${what} +(\\d+)`).exec(text)[1]));
}
