// The fuzzing programs in C: what each is made of, how it is built and run. clang's libFuzzer chooses inputs by the branches that they reach.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { backends, cryptoSources } from "../../hosts/backends.mjs";
import { root } from "../../hosts/setup.mjs";
import { debianSources } from "../../hosts/riscv/debian.mjs";

const inFolder = (folder, names) => names.map((name) => join(root, folder, `${name}.c`));
const engine = () => readdirSync(join(root, "modules/ipsec")).filter((name) => name.endsWith(".c") && name !== "natives.c").map((name) => join(root, "modules/ipsec", name));
const quoted = (...folders) => folders.flatMap((folder) => ["-iquote", join(root, folder)]);
const withOpenSSL = () => [...cryptoSources("openssl"), ...backends.openssl.libraries];

/** lwIP's own sources, which are not ours to warn of. */
function lwip() {
	const sources = join(root, "build/riscv/sources");
	debianSources(sources, ["lwip"]);
	const core = join(sources, "lwip/src/core");
	const files = [core, join(core, "ipv4")].flatMap((folder) => readdirSync(folder).filter((name) => name.endsWith(".c")).map((name) => join(folder, name)));
	return ["-w", `-I${join(root, "hosts/lwip")}`, `-I${join(sources, "lwip/src/include")}`, ...files, join(sources, "lwip/src/netif/ethernet.c")];
}

/**
 * By name. `words`: sources and libraries. `runs`: executions in npm test, behind those of the corpus; `longest`: bytes of an input at most.
 */
export const targets = Object.freeze({
	inbound: { source: "inbound", words: () => [...quoted("modules/ipsec", "tests/node/ipsec"), ...engine(), ...withOpenSSL()], runs: 20000, longest: 4096 },
	outbound: { source: "outbound", words: () => [...quoted("modules/ipsec", "tests/node/ipsec"), ...engine(), ...withOpenSSL()], runs: 10000, longest: 4096 },
	offload: { source: "offload", words: () => inFolder("hosts/linux", ["offload"]), runs: 20000, longest: 4096 },
	ports: { source: "ports", words: () => [...lwip(), ...inFolder("hosts/lwip", ["arp", "ethernet", "forward"])], runs: 3000, longest: 4096 },
	firmware: {
		source: "firmware", runs: 3000, longest: 4096,
		words: () => [...quoted("hosts/device", "hosts/riscv", "hosts/riscv/boot", "tests/node/device"), ...inFolder("tests/node/device", ["chip"]), ...inFolder("hosts/riscv", ["slots", "firmware", "boot/load", "boot/expand"]),
			...inFolder("hosts/device", ["image", "update"]), "-Wl,--wrap=image_verify", "-lmbedcrypto", "-lz"],
	},
	sockets: {
		source: "sockets", runs: 5000, longest: 4096,
		words: () => [`-I${join(root, "tests/fuzz/engine")}`, ...quoted("hosts/xs"), ...["socket", "bind", "listen", "getsockname", "setsockopt", "accept4", "read", "send", "shutdown", "close"].map((name) => `-D${name}=kernel_${name}`),
			...inFolder("hosts/unit/io", ["streams", "listeners", "datagrams", "visitors", "handles"]), ...inFolder("hosts/linux", ["stream", "listener"])],
	},
	connections: {
		source: "connections", runs: 3000, longest: 4096,
		words: () => [...lwip(), `-I${join(root, "tests/fuzz/engine")}`, ...quoted("hosts/xs"), "-Wl,--wrap=memp_malloc,--wrap=memp_free,--wrap=mem_malloc",
			...inFolder("hosts/unit/io", ["streams", "listeners", "visitors", "handles"]), ...inFolder("hosts/lwip", ["connection", "stream", "pipe", "blocks", "listener", "serial", "errors"])],
	},
	flash: {
		source: "flash", runs: 5000, longest: 1024,
		words: () => [`-I${join(root, "tests/fuzz/engine")}`, ...quoted("hosts/device", "hosts/riscv"), ...inFolder("hosts/device", ["storage"]), ...inFolder("hosts/riscv", ["flash"])],
	},
	wire: {
		source: "wire", runs: 20000, longest: 2048,
		words: () => [`-I${join(root, "tests/fuzz/engine")}`, ...inFolder("modules/ike", ["bytestrings", "v1/wire/chain", "v1/wire/header"])],
	},
	"certificates-openssl": { source: "certificates", words: withOpenSSL, runs: 3000, longest: 8192 },
	"certificates-mbedtls": { source: "certificates", words: () => [...cryptoSources("mbedtls"), ...backends.mbedtls.libraries], runs: 3000, longest: 8192 },
});

const path = (name) => join(root, "build/fuzz", name, "fuzz");

/** Whether the program is as new as all that it is made of. */
function isFresh(name, words) {
	const program = path(name);
	if (!existsSync(program))
		return false;
	const made = statSync(program).mtimeMs;
	const folders = ["modules", "hosts", "tests/fuzz", "tests/node"].flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).filter((file) => file.endsWith(".h")).map((file) => join(root, folder, file)));
	const own = [join(root, "tests/fuzz", `${targets[name].source}.c`), join(root, "tests/fuzz/targets.mjs")];
	return [...words.filter((word) => word.endsWith(".c")), ...folders, ...own].every((file) => statSync(file).mtimeMs < made);
}

/** Runs a command: its status, and all that it said. */
function run(command, words, show = () => {}) {
	return new Promise((resolve, reject) => {
		const child = spawn(command, words, { cwd: root, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NODE_OPTIONS: "", UBSAN_OPTIONS: "print_stacktrace=1" } });
		let output = "";
		for (const stream of [child.stdout, child.stderr])
			stream.on("data", (data) => {
				output += data;
				show(String(data));
			});
		child.on("error", reject);
		child.on("close", (code, signal) => resolve({ status: code ?? signal, output }));
	});
}

/** Builds a target when it is not there or older than its sources: the program's path. */
export async function compile(name) {
	const { source, words } = targets[name];
	const all = words();
	if (isFresh(name, all))
		return path(name);
	mkdirSync(join(root, "build/fuzz", name), { recursive: true });
	const { status, output } = await run("clang", ["-std=gnu11", "-g", "-O1", "-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=undefined", "-Wall", "-Wextra",
		...quoted("modules", "modules/crypto", "tests/fuzz"), join(root, "tests/fuzz", `${source}.c`), ...all, "-o", path(name)]);
	if (status !== 0)
		throw new Error(`clang: ${output}`);
	return path(name);
}

/** The corpus in the repository, of which both backends of a target share one; and the one that long runs make. */
export const corpus = (name) => join(root, "tests/fuzz/corpus", targets[name].source);
export const found = (name) => join(root, "build/fuzz", name, "corpus");

/**
 * Runs a target on its corpus and then for `runs` executions, or `seconds`, with `seed`. What it finds stands in build/fuzz/NAME/, and is told in `output`.
 */
export async function fuzz(name, { runs, seconds, seed = 1, show } = {}) {
	const program = await compile(name);
	mkdirSync(found(name), { recursive: true });
	mkdirSync(corpus(name), { recursive: true });
	const limit = runs === undefined ? [`-max_total_time=${seconds}`] : [`-runs=${runs}`];
	// into the first folder the program writes what reaches something new: where it is to be the same every time, nothing of that is kept
	const scratch = join(root, "build/fuzz", name, "scratch");
	rmSync(scratch, { recursive: true, force: true });
	mkdirSync(scratch);
	const folders = [runs === undefined ? found(name) : scratch, corpus(name)];
	const before = Date.now();
	const { status, output } = await run(program, [...folders, ...limit, `-seed=${seed}`, `-max_len=${targets[name].longest}`, "-timeout=60", "-rss_limit_mb=1500", "-print_final_stats=1", "-use_value_profile=0",
		...(runs === undefined ? ["-reload=0"] : ["-len_control=0"]), `-artifact_prefix=${join(root, "build/fuzz", name)}/`], show);
	const number = (pattern) => Number([...output.matchAll(pattern)].at(-1)?.[1] ?? 0);
	return {
		name, status, output, seconds: (Date.now() - before) / 1000,
		executions: number(/number_of_executed_units:\s+(\d+)/g), covered: number(/cov: (\d+)/g), counters: number(/\((\d+) inline 8-bit counters\)/g),
		finding: [...output.matchAll(/Test unit written to (\S+)/g)].map(([, file]) => relative(root, file)).at(-1),
	};
}

/** What the corpus has and what long runs found, reduced to the inputs that reach something new, the smallest first; at most `bytes` together. */
export async function merge(name, bytes = 16384) {
	const program = await compile(name);
	const small = join(root, "build/fuzz", name, "merged");
	spawnSync("rm", ["-rf", small]);
	mkdirSync(small, { recursive: true });
	// by edges alone: how often each is passed would make thousands of them
	await run(program, ["-merge=1", "-use_counters=0", small, corpus(name), found(name)]);
	let left = bytes;
	return readdirSync(small).map((file) => ({ file: join(small, file), size: statSync(join(small, file)).size })).sort((a, b) => a.size - b.size)
		.filter(({ size }) => (left -= size) >= 0).map(({ file }) => file);
}
