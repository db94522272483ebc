// The block of modules inside an executable, as hosts/xs/pack.h describes it, and the order in which they are preloaded.
import { readFileSync } from "node:fs";
import { posix } from "node:path";

const preloadFlag = 1;

const pad = (buffer) => Buffer.concat([buffer, Buffer.alloc((4 - buffer.length % 4) % 4)]);

/** The specifiers that the JavaScript of a module (tsc's output: one statement a line, at the margin) imports. */
export function importsOf(source) {
	const specifiers = [];
	for (const match of source.matchAll(/^(?:import|export)\s(?:[^"';]*?\sfrom\s+)?["']([^"'\n]+)["']/gm))
		specifiers.push(match[1]);
	return specifiers;
}

/** The name of the module that `specifier` means in the module `from`; bare names stay as they are. */
export function resolve(from, specifier) {
	const name = specifier.startsWith(".") ? posix.join(posix.dirname(from), specifier) : specifier;
	return name.endsWith(".js") ? name.slice(0, -3) : name;
}

/** `modules` ({ name, imports }) so that each comes after those it imports, as far as circles allow: what throws while it is preloaded is then named itself. */
export function sortByImports(modules) {
	const byName = new Map(modules.map((module) => [module.name, module]));
	const sorted = [];
	const seen = new Set();
	const visit = (module) => {
		if (seen.has(module.name))
			return;
		seen.add(module.name);
		for (const specifier of module.imports) {
			const imported = byName.get(resolve(module.name, specifier));
			if (imported)
				visit(imported);
		}
		sorted.push(module);
	};
	for (const module of modules)
		visit(module);
	return sorted;
}

/** The block of `modules` ({ name, code: path of the compiler's output, preload }), in their order. */
export function pack(modules) {
	const header = Buffer.alloc(8);
	header.write("KGM1", 0, "latin1");
	header.writeUInt32LE(modules.length, 4);
	const parts = [header];
	for (const module of modules) {
		const compiled = readFileSync(module.code);
		const symbolsSize = compiled.readUInt32LE(0);
		const codeSize = compiled.readUInt32LE(4);
		const name = Buffer.from(`${module.name}\0`);
		const entry = Buffer.alloc(16);
		[module.preload ? preloadFlag : 0, name.length, symbolsSize, codeSize].forEach((value, i) => entry.writeUInt32LE(value, 4 * i));
		parts.push(entry, pad(name), pad(compiled.subarray(8, 8 + symbolsSize)), pad(compiled.subarray(8 + symbolsSize)));
	}
	return Buffer.concat(parts);
}

/** Assembler source that puts the file of a block into the data (or another `section`), on pages of its own (they are locked at start). */
export function packSource(path, section = ".data") {
	return [
		`\t.section ${section},"aw",@progbits`,
		"\t.balign 4096",
		"\t.globl keygate_modules",
		"keygate_modules:",
		`\t.incbin ${JSON.stringify(path)}`,
		"\t.balign 4096",
		"\t.globl keygate_modules_end",
		"keygate_modules_end:",
		"\t.section .note.GNU-stack,\"\",@progbits",
		""
	].join("\n");
}
