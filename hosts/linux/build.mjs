// npm run build: build/linux/keygate, the gateway with all its modules inside, and build/linux/keygate-test, its unit tests in XS.
//   --crypto=mbedtls  with mbedTLS in place of OpenSSL, as devices have it: build/linux-mbedtls
//   --sanitize  with AddressSanitizer and UndefinedBehaviorSanitizer in our C: build/linux-asan (what they find ends the program)
//   --sanitize=thread  with ThreadSanitizer: build/linux-tsan
//   --profile  the gateway alone, with an interpreter that counts calls and their time (hosts/xs/profile.c): build/linux-profile
//   --write  also writes modules/limits.h and the other headers of constants from their TypeScript sources
import { existsSync, mkdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { backends, withBackend } from "../backends.mjs";
import { buildPackages, missing } from "../setup.mjs";
import { BuildFault, byteCode, check, engine, files, link, linuxToolchain, root } from "../xs/chain.mjs";
import { build, headers, modulesIn, reached, step, typescript } from "../xs/sources.mjs";

const started = Date.now();

/** The backend that `--crypto` names. */
function backendOf(args) {
	const name = args.find((word) => word.startsWith("--crypto="))?.slice("--crypto=".length) ?? "openssl";
	if (!Object.hasOwn(backends, name))
		throw new BuildFault(`--crypto=${name}: expected ${Object.keys(backends).join(" or ")}`);
	return name;
}

/** By the word of `--sanitize`: the folder's name, and what the compiler is told. */
const sanitizers = Object.freeze({
	address: { folder: "asan", flags: ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"] },
	thread: { folder: "tsan", flags: ["-fsanitize=thread", "-fno-omit-frame-pointer"] },
});

/** The sanitizers that `--sanitize` asks for, or undefined. */
function sanitizersOf(args) {
	const word = args.find((word) => word === "--sanitize" || word.startsWith("--sanitize="));
	if (word === undefined)
		return undefined;
	const name = word === "--sanitize" ? "address" : word.slice("--sanitize=".length);
	if (!Object.hasOwn(sanitizers, name))
		throw new BuildFault(`--sanitize=${name}: expected ${Object.keys(sanitizers).join(" or ")}`);
	return sanitizers[name];
}

/** Our own C is compiled with the sanitizers; the engine of XS, which is another's and makes objects of any bytes, is not. */
function sanitized({ flags }) {
	return {
		...linuxToolchain, optimization: "-O1", linking: flags,
		flagsOf: (source) => source.startsWith(join(root, "hosts/xs/")) || !source.startsWith(`${root}/`) || source.includes("/node_modules/") ? linuxToolchain.flagsOf(source) : [...linuxToolchain.flagsOf(source), ...flags],
	};
}

function checkTools(backend) {
	const absent = new Set(missing([...buildPackages, backends[backend].package]));
	if (absent.size > 0)
		throw new BuildFault(`the build needs: sudo apt-get install ${[...absent].join(" ")}`);
	if (!existsSync(join(root, "node_modules/typescript")))
		throw new BuildFault("node_modules: npm packages are missing: npm ci");
}

async function main(args) {
	const unknown = args.find((word) => !/^--(crypto=.*|sanitize(=.*)?|profile|write)$/.test(word));
	if (unknown !== undefined)
		throw new BuildFault(`unknown option "${unknown}": --crypto=NAME, --sanitize[=NAME], --profile or --write`);
	const backend = backendOf(args);
	const isProfiled = args.includes("--profile");
	const watch = sanitizersOf(args);
	const toolchain = watch === undefined ? linuxToolchain : sanitized(watch);
	const out = join(build, ["linux", ...(backend === "openssl" ? [] : [backend]), ...(isProfiled ? ["profile"] : []), ...(watch === undefined ? [] : [watch.folder])].join("-"));
	const objects = join(build, watch === undefined ? "xs/link" : `xs/link-${watch.folder}`);
	checkTools(backend);
	mkdirSync(join(build, "stamps"), { recursive: true });
	// What runs in Node (tests, the lab) imports modules, which tsc writes again: before anybody reads them, and one after the other. The
	// gateway does not need it: its faults are told last.
	const typescripts = async () => {
		await typescript();
		return typescript(join(root, "hosts/node")).catch((/** @type {unknown} */ fault) => fault);
	};
	const [machine, faultForNode] = await Promise.all([
		step("compiling the XS engine", () => engine(join(build, "xs"), linuxToolchain, isProfiled ? join(build, "xs-profile") : undefined)),
		step("compiling TypeScript", typescripts),
	]);
	await headers(args.includes("--write"));

	const entry = "hosts/linux/main";
	const inside = [...modulesIn("modules", () => true), ...modulesIn("hosts/xs", () => true)];
	const host = [...modulesIn("hosts/unit", () => true), ...modulesIn("hosts/linux", (name) => name !== entry)];
	const tests = [...modulesIn("tests/unit", () => false), ...modulesIn("tests/vectors", () => false)];
	const compiled = await step("compiling byte code", () => byteCode({ compiler: machine.compiler, folder: join(build, "xs/code"), modules: [...inside, ...host, ...tests] }));
	const pick = (modules) => compiled.filter(({ name }) => modules.some((module) => module.name === name));

	const moduleSources = withBackend(backend, files(join(root, "modules"), ".c"));
	const hostSources = ["hosts/unit", "hosts/linux"].flatMap((folder) => files(join(root, folder), ".c"));
	const { libraries } = backends[backend];
	const common = { engine: machine, entry, libraries, toolchain };
	if (hostSources.length > 0) {
		const sources = [...moduleSources, ...hostSources, ...(isProfiled ? [join(root, "hosts/xs/profile.c")] : [])];
		if (isProfiled) {
			await step("linking", () => link({ ...common, product: join(out, "keygate"), folder: objects, modules: pick([...inside, ...host]), sources }));
			return;
		}
		const checker = await step("linking", () => link({ ...common, product: join(out, "link-check"), folder: objects, modules: pick([...inside, ...host]),
			sources: [...sources, join(root, "hosts/xs/linkcheck.c")], replaceMain: true }));
		await check(checker);
		await step("linking", () => link({ ...common, product: join(out, "keygate"), folder: objects, modules: pick([...inside, ...host]), sources, isSplit: watch === undefined }));
	}
	await step("linking the unit tests", () => link({ ...common, product: join(out, "keygate-test"), folder: objects, modules: pick([...inside, ...tests, ...reached(compiled, tests, host)]),
		sources: [...moduleSources, join(root, "hosts/xs/tests.c")], aliases: ["ava"] }));
	if (faultForNode)
		throw faultForNode;
	console.log(`${relative(root, out)}/keygate: ${(statSync(join(out, "keygate"), { throwIfNoEntry: false })?.size ?? 0) >> 10} KiB, ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

try {
	await main(process.argv.slice(2));
}
catch (error) {
	if (!(error instanceof BuildFault))
		throw error;
	console.error(error.message);
	process.exitCode = 1;
}
