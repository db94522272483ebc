/** The machine that this code runs in: version and figures, for `Host.engine` and `Host.memory()`. */

/** "XS 13.3.0" */
export const engine = native<() => string>("xs_machine_engine");

/** Whether so many slots of the heap can be had, which does not grow. May collect garbage. */
export const hasSlots = native<(count: number) => boolean>("xs_machine_has_slots");

const statistics = native<() => ArrayBuffer>("xs_machine_statistics");

/** Use of one of the machine's fixed areas. */
export interface Area {
	readonly name: string;
	readonly used: number;
	readonly highWater: number;
	readonly size: number;
	/** Of all of it. */
	readonly bytes: number;
}

/** Slots (objects, properties), chunks (strings, buffers, arrays; its unit is the byte), stack and late property names: use now, peak, size. */
export function* areas(): Generator<Area, void, undefined> {
	// order and meaning: MachineStatistics of machine.h
	const figure = new Uint32Array(statistics());
	const at = (index: number): number => figure[index] ?? 0;
	const slotBytes = at(3);
	yield { name: "XS slots", used: at(0), highWater: at(1), size: at(2), bytes: at(2) * slotBytes };
	yield { name: "XS chunks", used: at(4), highWater: at(5), size: at(6), bytes: at(6) };
	yield { name: "XS stack", used: at(7), highWater: at(8), size: at(9), bytes: at(9) * slotBytes };
	yield { name: "XS names", used: at(10), highWater: at(10), size: at(11), bytes: at(11) * slotBytes / 4 };
}
