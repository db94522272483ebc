/** What the rooms of modules/ may know of each other, as rules over source text: who imports whom, and what module scope holds. */
import { readFileSync, readdirSync } from "node:fs";
import { join, posix } from "node:path";

/** Source text by path from the top of the repository, `modules/ike/v1/keys.ts`. */
export type Sources = ReadonlyMap<string, string>;

/**
 * The rooms in which a file of each room may import; its own is always among them. "": the files of modules/ itself and modules/types, which
 * know nobody. The order is that of the arrows: nobody knows a room further down, except as it is written here.
 */
const arrows: Readonly<Record<string, readonly string[]>> = {
	"": [],
	crypto: [""],
	log: [""],
	records: ["", "log"],
	dhcp: ["", "log"],
	ntp: ["", "log"],
	settings: ["", "crypto", "log"],
	ipsec: ["", "crypto", "log"],
	httpd: [""],
	"ike/v1/wire": [""],
	// What IKEv2 will share knows neither version.
	ike: ["", "crypto", "log", "settings", "records/types.ts"],
	"ike/v1": ["", "crypto", "log", "settings", "ike", "ike/v1/wire"],
	"ike/v1/exchange": ["", "crypto", "log", "settings", "records/types.ts", "ike", "ike/v1", "ike/v1/wire"],
	// The way in: one file, above the exchanges.
	"ike.ts": ["", "crypto", "log", "settings", "ike", "ike/v1", "ike/v1/wire", "ike/v1/exchange"],
	// Asking a peer: an engine beside the gateway's own.
	"ike/ask": ["", "crypto", "log", "records/types.ts", "settings", "ike", "ike.ts", "ike/v1", "ike/v1/wire", "ike/v1/exchange"],
	status: ["", "log", "records/types.ts", "ike/types.ts", "ike/causes.ts", "settings/configuration.ts", "settings/types.ts"],
	// What a unit with ports of its own has beside the gateway.
	network: ["", "dhcp", "log", "ntp", "settings"],
	gateway: ["", "crypto", "log", "records", "settings", "ipsec", "ike", "ike.ts", "ike/v1/attempt.ts", "ike/v1/wire/names.ts", "ike/ask", "status"],
	console: ["", "log", "settings/configuration.ts", "settings/services.ts", "settings/setup.ts", "settings/types.ts", "status"],
	pages: ["", "log", "settings/configuration.ts", "settings/defaults.ts", "settings/schema.ts", "settings/services.ts", "settings/setup.ts", "settings/types.ts", "status", "httpd"]
};

/** The room of a file below modules/. */
export function room(path: string): string {
	const folder = posix.dirname(path).replace(/^modules\/?/, "");
	if (folder === "." || folder === "types")
		return "";
	return /^ike(\/v1)?$/.test(folder) && posix.basename(path) === "ike.ts" ? "ike.ts" : folder;
}

export interface Import {
	readonly from: string;
	/** As it is written. */
	readonly specifier: string;
	readonly typeOnly: boolean;
}

/** Static and dynamic imports, and exports from elsewhere. */
export function imports(from: string, source: string): Import[] {
	const found: Import[] = [];
	for (const match of source.matchAll(/^[ \t]*(?:import|export)\s+(type\s+)?(?:[^"'`;]*?\sfrom\s*)?["']([^"']+)["']/gm))
		found.push({ from, specifier: match[2] as string, typeOnly: match[1] !== undefined });
	for (const match of source.matchAll(/\bimport\s*\(\s*["'`]?([^"'`)]*)/g))
		found.push({ from, specifier: match[1] as string, typeOnly: false });
	return found;
}

/** The file that a relative import with `.js` means. */
export function target({ from, specifier }: Import): string {
	return posix.join(posix.dirname(from), specifier).replace(/\.js$/, ".ts");
}

/** Imports that no arrow allows, one line each. */
export function forbidden(sources: Sources): string[] {
	const lines: string[] = [];
	for (const [path, source] of sources) {
		const own = room(path);
		const allowed = arrows[own];
		if (allowed === undefined) {
			lines.push(`${path}: ${own} is no room of modules/`);
			continue;
		}
		for (const one of imports(path, source)) {
			if (!/^\.\.?\/.*\.js$/.test(one.specifier)) {
				lines.push(`${path}: "${one.specifier}" is not a relative path that ends in .js`);
				continue;
			}
			const to = target(one);
			if (!to.startsWith("modules/"))
				lines.push(`${path}: "${one.specifier}" is outside modules/`);
			else if (!sources.has(to) && !sources.has(to.replace(/\.ts$/, ".d.ts")))
				lines.push(`${path}: "${one.specifier}" is not there`);
			else if (room(to) !== own && !allowed.includes(room(to)) && !allowed.includes(to.replace(/^modules\//, "")))
				lines.push(`${path}: imports ${to}, which ${own === "" ? "modules/" : own} may not know`);
		}
	}
	return lines;
}

/** The rooms of hosts/ that run on the machine, and the other rooms of hosts/ that each may know. All know modules/. */
const hosts: Readonly<Record<string, readonly string[]>> = { xs: [], unit: ["xs"], linux: ["unit", "xs"], lwip: ["unit", "xs"], device: ["lwip", "unit", "xs"] };
/** What hosts/unit/ has that knows no natives, so that unit tests run it around a host of their own. */
const withoutNatives = ["hosts/unit/unit.ts", "hosts/unit/follower.ts", "hosts/unit/native.ts", "hosts/unit/platform.ts", "hosts/unit/faults.ts"];

/** Imports of hosts that no arrow allows, one line each. */
export function forbiddenInHosts(sources: Sources): string[] {
	const lines: string[] = [];
	for (const [path, source] of sources) {
		const own = path.split("/")[1] as string;
		const allowed = hosts[own];
		for (const one of allowed === undefined ? [] : imports(path, source)) {
			const to = target(one);
			const [top, room = ""] = to.split("/");
			if (!one.specifier.startsWith(".") || !(top === "modules" || top === "hosts" && (room === own || allowed!.includes(room))))
				lines.push(`${path}: imports ${one.specifier}, which hosts/${own} may not know`);
			else if (withoutNatives.includes(path) && top === "hosts" && !one.typeOnly && !withoutNatives.includes(to))
				lines.push(`${path}: imports ${to}, and is not to know natives of a host`);
		}
		if (withoutNatives.includes(path) && /\bnative</.test(source))
			lines.push(`${path}: has natives`);
	}
	return lines;
}

/** Files that import each other in a circle, types aside: such modules cannot be preloaded in an order. */
export function circles(sources: Sources): string[] {
	const done = new Set<string>();
	const lines: string[] = [];
	const visit = (path: string, trail: readonly string[]): void => {
		const at = trail.indexOf(path);
		if (at >= 0) {
			lines.push([...trail.slice(at), path].join(" -> "));
			return;
		}
		if (done.has(path))
			return;
		for (const one of imports(path, sources.get(path) ?? "")) {
			if (!one.typeOnly && sources.has(target(one)))
				visit(target(one), [...trail, path]);
		}
		done.add(path);
	};
	for (const path of sources.keys())
		visit(path, []);
	return lines;
}

interface Rule {
	readonly pattern: RegExp;
	readonly why: string;
}

const rules: readonly Rule[] = [
	{ pattern: /^\s*(?:export\s+)?(?:declare\s+)?(?:const\s+)?enum\s/m, why: "enum: a mutable object at module scope" },
	{ pattern: /^\s*(?:export\s+)?(?:declare\s+)?(?:namespace|module)\s+\w/m, why: "namespace: a mutable object at module scope" },
	{ pattern: /^(?:export\s+)?(?:let|var)\s/m, why: "let or var at module scope: a preloaded module is sealed" },
	{ pattern: /^(?:export\s+)?const\s[^=]*=\s*new\s+(?:Map|Set|WeakMap|WeakSet|ArrayBuffer|DataView|\w+Array)\b/m, why: "a container at module scope: read-only once preloaded" },
	{ pattern: /^(?:export\s+)?const\s[^=]*=\s*[[{]/m, why: "a table at module scope that is not frozen" },
	{ pattern: /^await\s/m, why: "await at module scope: the module cannot be preloaded" },
	{ pattern: /\bDate\.now\b|\bnew Date\b|\bperformance\./, why: "a clock: time comes in as an argument" },
	{ pattern: /\bMath\.random\b/, why: "Math.random: randomness comes from the accelerator" },
	{ pattern: /\.flat(?:Map)?\(/, why: "flat or flatMap: the engine leaves each element on its stack until the end, and a device's is short" },
	{ pattern: /\bnode:\w/, why: "Node" }
];

/** What a module of keygate must not hold, one line each. Comments do not count, nor do texts that begin a line (scripts for browsers). */
export function misplaced(sources: Sources): string[] {
	const lines: string[] = [];
	for (const [path, source] of sources) {
		const code = withoutComments(source.replace(/^([ \t]*)`[^`]*`/gm, "$1\"\""));
		for (const { pattern, why } of rules) {
			if (!path.endsWith(".d.ts") && pattern.test(code))
				lines.push(`${path}: ${why}`);
		}
	}
	return lines;
}

/** Comments at the start of a line and after code, as this repository writes them; texts that hold `//` stay. */
export function withoutComments(source: string): string {
	return source.replace(/^[ \t]*\/\*[\s\S]*?\*\//gm, "").replace(/(^|[\s;{}])\/\/[^"'`\n]*$/gm, "$1");
}

/** Every TypeScript file below `folder`. */
export function readModules(folder = "modules"): Sources {
	const sources = new Map<string, string>();
	for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
		if (name.endsWith(".ts"))
			sources.set(posix.join(folder, name.split("\\").join("/")), readFileSync(join(folder, name), "utf8"));
	}
	return sources;
}
