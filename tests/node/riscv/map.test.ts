import test from "ava";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** The part of hosts/riscv/map.mjs that is used here. */
interface Map {
	sectionsOf(map: string): { output: string; object: string; size: number }[];
}

const { sectionsOf } = await import(pathToFileURL(join(process.cwd(), "hosts/riscv/map.mjs")).href) as Map;

test("sections of a linker's map: with their objects and sizes, long names too; what was left out does not count", (t) => {
	const map = [
		"Discarded input sections", "", " .text.unused  0x00000000       0x10 a.o", "",
		"Linker script and memory map", "",
		".text           0x80000000     0x1234",
		" *(.start)",
		" .start         0x80000000       0x60 start.o",
		" .text.with_a_very_long_name",
		"                0x80000060      0x100 link/objects/hosts-lwip-udp-c.o",
		" .text.empty    0x80000160        0x0 b.o",
		"",
		".bss            0x80400000       0x20",
		" .bss.table     0x80400000       0x20 modules-log-vpnlog-c.o",
		"                0x80400000                table",
	].join("\n");
	t.deepEqual(sectionsOf(map), [
		{ output: ".text", object: "start.o", size: 0x60 },
		{ output: ".text", object: "link/objects/hosts-lwip-udp-c.o", size: 0x100 },
		{ output: ".bss", object: "modules-log-vpnlog-c.o", size: 0x20 },
	]);
});
