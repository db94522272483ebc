// npm run build: build/linux/keygate, the gateway with all its modules inside, and build/linux/keygate-test, its unit tests in XS.
//   --crypto=mbedtls  with mbedTLS in place of OpenSSL, as devices have it: build/linux-mbedtls
//   --profile  the gateway alone, with an interpreter that counts calls and their time (hosts/xs/profile.c): build/linux-profile
//   --write  also writes modules/limits.h and modules/ipsec/layout.h from their TypeScript sources
import { existsSync, mkdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { backends, withBackend } from "../backends.mjs";
import { BuildFault, byteCode, check, engine, files, link, linuxToolchain, root } from "../xs/chain.mjs";
import { build, headers, modulesIn, nodeFolders, projectFolders, reached, step, typescript } from "../xs/sources.mjs";

const started = Date.now();

/** The backend that `--crypto` names. */
function backendOf(args) {
	const name = args.find((word) => word.startsWith("--crypto="))?.slice("--crypto=".length) ?? "openssl";
	if (!Object.hasOwn(backends, name))
		throw new BuildFault(`--crypto=${name}: expected ${Object.keys(backends).join(" or ")}`);
	return name;
}

function checkTools(backend) {
	const needed = [["gcc", "/usr/bin/gcc"], ["libc6-dev", "/usr/include/stdio.h"], backends[backend].package];
	const absent = needed.filter(([, file]) => !existsSync(file)).map(([name]) => name);
	if (absent.length > 0)
		throw new BuildFault(`the build needs: sudo apt-get install ${absent.join(" ")}`);
	if (!existsSync(join(root, "node_modules/typescript")))
		throw new BuildFault("node_modules: npm packages are missing: npm ci");
}

async function main(args) {
	const backend = backendOf(args);
	const isProfiled = args.includes("--profile");
	const out = join(build, ["linux", ...(backend === "openssl" ? [] : [backend]), ...(isProfiled ? ["profile"] : [])].join("-"));
	checkTools(backend);
	mkdirSync(join(build, "stamps"), { recursive: true });
	// What runs in Node (tests, the lab) imports modules, which tsc writes again: before anybody reads them, and one after the other. The
	// gateway does not need it: its faults are told last.
	const typescripts = async () => {
		await typescript(root, projectFolders);
		return typescript(join(root, "hosts/node"), nodeFolders).catch((/** @type {unknown} */ fault) => fault);
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
	const hostSources = files(join(root, "hosts/linux"), ".c");
	const { libraries } = backends[backend];
	const common = { engine: machine, entry, libraries };
	if (hostSources.length > 0) {
		const sources = [...moduleSources, ...hostSources, ...(isProfiled ? [join(root, "hosts/xs/profile.c")] : [])];
		if (isProfiled) {
			await step("linking", () => link({ ...common, product: join(out, "keygate"), folder: join(build, "xs/link"), modules: pick([...inside, ...host]), sources }));
			return;
		}
		const checker = await step("linking", () => link({ ...common, product: join(out, "link-check"), folder: join(build, "xs/link"), modules: pick([...inside, ...host]),
			sources: [...sources, join(root, "hosts/xs/linkcheck.c")], replaceMain: true }));
		await check(checker);
		await step("linking", () => link({ ...common, product: join(out, "keygate"), folder: join(build, "xs/link"), modules: pick([...inside, ...host]), sources }));
	}
	await step("linking the unit tests", () => link({ ...common, product: join(out, "keygate-test"), folder: join(build, "xs/link"), modules: pick([...inside, ...tests, ...reached(compiled, tests, host)]),
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
