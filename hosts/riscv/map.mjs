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
	["network (hosts/lwip)", /hosts-lwip-/],
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

/** What is in flash and RAM, by part, as text. `sections` is what `size -A` prints, `root` what the image said of its root machine. */
export function memoryTable({ map, sections, root, ram: whole }) {
	const size = (name) => Number(new RegExp(`^\\${name}\\s+(\\d+)`, "m").exec(sections)?.[1] ?? 0);
	const inputs = sectionsOf(map);
	const line = (name, bytes) => `  ${String(bytes).padStart(8)}  ${name}`;
	const flash = [...sums(inputs, [".text"]), ["values of data", size(".data") + size(".tdata")], ["byte code", root.codeBytes],
		[`root machine: ${root.slots} slots, ${root.chunkBytes} bytes of chunks, ${root.names} names`, size(".root") - root.codeBytes]];
	const ram = [["machine: a clone's slots, chunks, stack and tables", root.cloneBytes], ...sums(inputs, [".data", ".bss"]),
		["C stack", size(".stack")], ["C heap", size(".heap")], ["what a start leaves to the next", 256]];
	const total = (lines) => lines.reduce((sum, [, bytes]) => sum + bytes, 0);
	return [
		`flash: ${size(".text") + size(".tdata") + size(".data") + size(".root")} bytes`, ...flash.sort((a, b) => b[1] - a[1]).map(([name, bytes]) => line(name, bytes)),
		`RAM: ${total(ram)} bytes, ${whole - total(ram)} free`, ...ram.sort((a, b) => b[1] - a[1]).map(([name, bytes]) => line(name, bytes)),
	].join("\n");
}
