// What the firmware's memory is used for, read from the linker's map and the sizes of its sections.

/** Parts by the object that something is in, the first that matches. */
const parts = [
	["XS engine", /\/engine\/\w+\.o$/],
	["XS host (hosts/xs)", /hosts-xs-/],
	["lwIP", /sources-lwip-/],
	["mbedTLS", /sources-mbedtls-/],
	["C library", /lib(c|gcc|m)\.a/],
	["crypto (modules/crypto)", /modules-crypto-/],
	["packet engine (modules/ipsec)", /modules-ipsec-/],
	["tables and natives (other modules)", /modules-/],
	["network (hosts/lwip, hosts/unit)", /hosts-(lwip|unit)-/],
	["board (hosts/riscv, hosts/device)", /hosts-(riscv|device)-/],
	["table of natives", /natives/],
];

const partOf = (object) => parts.find(([, pattern]) => pattern.test(object))?.[0] ?? "other";

/** Bytes of each input section in a linker's map: { output, object, size }. */
export function sectionsOf(map) {
	const found = [];
	let output = "";
	const text = map.slice(map.indexOf("Linker script and memory map"));
	// a long name of a section stands on a line of its own
	for (const line of text.replace(/^( \.?[\w.$*-]+)\n\s+/gm, "$1 ").split("\n")) {
		const outer = /^(\.[\w.]+)/.exec(line);
		if (outer)
			output = outer[1];
		const inner = /^ \S+\s+0x[0-9a-f]+\s+0x([0-9a-f]+)\s+(\S+)$/.exec(line);
		if (inner && Number(`0x${inner[1]}`) > 0)
			found.push({ output, object: inner[2], size: Number(`0x${inner[1]}`) });
	}
	return found;
}

function sums(sections, outputs) {
	const result = new Map();
	for (const { output, object, size } of sections) {
		if (outputs.includes(output))
			result.set(partOf(object), (result.get(partOf(object)) ?? 0) + size);
	}
	return [...result].sort((a, b) => b[1] - a[1]);
}

/** Objects with at least `least` bytes of static memory, by the names of their sources: what a table takes. */
function tables(sections, least) {
	const result = new Map();
	for (const { output, object, size } of sections) {
		const name = object.slice(object.lastIndexOf("/") + 1).replace(/^build-riscv-sources-/, "").replace(/-c\.o$/, ".c");
		if (output === ".bss")
			result.set(name, (result.get(name) ?? 0) + size);
	}
	return [...result].filter(([, size]) => size >= least);
}

/**
 * Bytes in flash and RAM, by part, the largest first, and of the largest objects in RAM: { flash, ram, tables }, each a list of [name, bytes]. `sections` is what
 * `size -A` prints, `root` what the image said of its root machine.
 */
export function memoryFigures({ map, sections, root }) {
	const size = (name) => Number(new RegExp(`^\\${name}\\s+(\\d+)`, "m").exec(sections)?.[1] ?? 0);
	const inputs = sectionsOf(map);
	const sorted = (lines) => lines.sort((a, b) => b[1] - a[1]);
	return {
		flash: sorted([...sums(inputs, [".text"]), ["values of data", size(".data") + size(".tdata")], ["byte code", root.codeBytes], ["root machine", size(".root") - root.codeBytes]]),
		ram: sorted([["machine: a clone's slots, chunks, stack and tables", root.cloneBytes], ...sums(inputs, [".data", ".bss"]), ["C stack", size(".stack")], ["C heap", size(".heap")],
			["what a start leaves to the next", 256]]),
		tables: sorted(tables(inputs, 1024)),
	};
}

/** The same as text; `root` as above, `whole` the bytes of RAM. */
export function memoryTable({ flash, ram }, root, whole) {
	const lines = (parts) => parts.map(([name, bytes]) => `  ${String(bytes).padStart(8)}  ${name}`);
	const total = (parts) => parts.reduce((sum, [, bytes]) => sum + bytes, 0);
	return [
		`flash: ${total(flash)} bytes; the root machine is ${root.slots} slots, ${root.chunkBytes} bytes of chunks, ${root.names} names`, ...lines(flash),
		`RAM: ${total(ram)} bytes, ${whole - total(ram)} free`, ...lines(ram),
	].join("\n");
}
