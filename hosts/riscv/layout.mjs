// The numbers of layout.h, for the build script, tools and tests.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const text = readFileSync(join(dirname(fileURLToPath(import.meta.url)), "layout.h"), "utf8");

/** By name, `layout.FLASH_SECTOR`. */
export const layout = Object.freeze(Object.fromEntries([...text.matchAll(/^#define (\w+) (0x[0-9a-f]+|\d+)$/gm)].map(([, name, number]) => [name, Number(number)])));

/** `-Wl,--defsym=NAME=...` of all of them, for a linker script. */
export const symbols = Object.freeze(Object.entries(layout).map(([name, number]) => `-Wl,--defsym=${name}=0x${number.toString(16)}`));
