/** Fixed memory of the device that is not the machine's and not a table of modules/: C's stack, frames, lwIP's pools (usage.c). */
import type { TableUse } from "../../modules/limits.js";

/** Name, use, most, size and bytes of one, each after a line feed; "" for one that this board has not, undefined behind the last. */
const area = native<(index: number) => string | undefined>("xs_device_memory");

export function* memory(): Generator<TableUse, void, undefined> {
	for (let i = 0, text = area(0); text !== undefined; text = area(++i)) {
		if (text === "")
			continue;
		const [name = "", used, highWater, size, bytes] = text.split("\n");
		yield { name, used: Number(used), highWater: Number(highWater), size: Number(size), bytes: Number(bytes) };
	}
}
