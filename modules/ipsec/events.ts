/** What the packet engine tells the control plane, out of its ring. */
import { ENGINE_EVENTS } from "../limits.js";
import {
	ENGINE_EVENT_RING, ENGINE_EVENTS_LOST, ENGINE_EVENTS_READ, ENGINE_EVENTS_WRITTEN, EVENT_ACQUIRE, EVENT_ADDRESS, EVENT_AUTHENTIC, EVENT_DIRECTION, EVENT_HARD,
	EVENT_KIND, EVENT_MOVED, EVENT_POLICY, EVENT_PORT, EVENT_SIZE, EVENT_SOFT, EVENT_SPI, EVENT_UNAUTHENTIC, EVENT_UNKNOWN_SPI, INCOMING
} from "./layout.js";
import { engineTable } from "./tables.js";
import type { Direction, EngineEvent } from "./types.js";

/** Protocol number of AH; all else is ESP. */
const AH = 51;

export class Events {
	readonly #view = new DataView(engineTable());

	/** Takes the oldest event out of the ring; undefined when there is none. */
	next(): EngineEvent | undefined {
		const view = this.#view;
		const read = view.getUint32(ENGINE_EVENTS_READ, true);
		if (read === view.getUint32(ENGINE_EVENTS_WRITTEN, true))
			return undefined;
		view.setUint32(ENGINE_EVENTS_READ, read + 1, true);
		return readEvent(view, ENGINE_EVENT_RING + (read % ENGINE_EVENTS) * EVENT_SIZE);
	}

	/** Events that were overwritten before they were read. */
	get lost(): number {
		return this.#view.getUint32(ENGINE_EVENTS_LOST, true);
	}
}


function readEvent(view: DataView, at: number): EngineEvent {
	const spi = view.getUint32(at + EVENT_SPI, true);
	const address = view.getUint32(at + EVENT_ADDRESS, true);
	const direction: Direction = view.getUint8(at + EVENT_DIRECTION) === INCOMING ? "Incoming" : "Outgoing";
	const kind = view.getUint8(at + EVENT_KIND);
	const policy = view.getUint32(at + EVENT_POLICY, true);
	switch (kind) {
		case EVENT_ACQUIRE: return { kind: "acquire", policy };
		case EVENT_SOFT: return { kind: "soft", spi, direction, policy };
		case EVENT_HARD: return { kind: "hard", spi, direction, policy };
		case EVENT_UNKNOWN_SPI: return { kind: "unknown-spi", spi, address, ah: view.getUint16(at + EVENT_PORT, true) === AH };
		case EVENT_MOVED: return { kind: "moved", spi, address, port: view.getUint16(at + EVENT_PORT, true) };
		case EVENT_UNAUTHENTIC: return { kind: "unauthentic", spi, bits: view.getUint16(at + EVENT_PORT, true) };
		case EVENT_AUTHENTIC: return { kind: "authentic", spi };
		default: throw new Error(`the packet engine raised an event of unknown kind ${kind}`);
	}
}
