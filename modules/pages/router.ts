/** Which path is what: the rooms of pages, asked one after the other. Everything here is the administrator's alone; a POST must come from a page of ours. */
import { isOwnHost } from "../httpd/origin.js";
import type { Request } from "../httpd/request.js";
import { plain } from "../httpd/response.js";
import type { Handler, PENDING, Response } from "../httpd/response.js";
import type { Sink } from "../httpd/sink.js";
import { administrationRoom } from "./administration-room.js";
import { certificatesRoom } from "./certificates-room.js";
import { askRoom } from "./ask.js";
import { attemptsRoom } from "./attempts.js";
import { cut } from "./format.js";
import { fileAt } from "./files.js";
import { firmwareSink } from "./firmware.js";
import { FIRMWARE } from "./firmware-part.js";
import { firstStart, isFirstStart } from "./first-start.js";
import { logRoom } from "./log.js";
import { peersRoom } from "./peers-room.js";
import { notAllowed, READ, says } from "./room.js";
import type { Room, RoomOptions } from "./room.js";
import { LastChange } from "./saved.js";
import { statusRoom } from "./status-room.js";

export interface RouterOptions extends Omit<RoomOptions, "last"> {
	/** Names under which this unit is reached, besides its addresses; lower case. */
	readonly names: readonly string[];
}

/** Each answers for its own paths. */
const ROOMS: readonly Room[] = Object.freeze([
	statusRoom,
	logRoom,
	askRoom,
	attemptsRoom,
	peersRoom,
	certificatesRoom,
	administrationRoom,
]);

export class Router implements Handler<Request> {
	readonly #options: RouterOptions & RoomOptions;

	constructor(options: RouterOptions) {
		this.#options = { ...options, last: new LastChange() };
	}

	admit(request: Request, resume: () => void): Response | typeof PENDING | undefined {
		// HTTP/1.0 without a Host field is no browser's.
		if (request.host !== "" && !isOwnHost(request.host, this.#options.names))
			return plain(421, "421 Misdirected Request: this unit is reached by its address");
		return isFirstStart(this.#options.commands.configuration) ? undefined : this.#options.authentication.check(request.authorization, request.remoteAddress, resume);
	}

	sink(request: Request): Sink | undefined {
		return request.path === FIRMWARE && !isFirstStart(this.#options.commands.configuration) ? firmwareSink(this.#options) : undefined;
	}

	respond(request: Request): Response {
		const options = this.#options;
		options.firmware?.served();
		if (isFirstStart(options.commands.configuration))
			return (request.method === "POST" ? undefined : fileAt(request.path)) ?? firstStart(request, options, options.token.accepts(request));
		if (request.method === "POST" && !options.token.accepts(request))
			return says(options, 403, "Not accepted", "The request did not come from a page of this unit, or the unit was started anew since the page was loaded. Load the page again and repeat.");
		for (let i = 0; i < ROOMS.length; i++) {
			const response = ROOMS[i]!(request, options);
			if (response !== undefined)
				return response;
		}
		const file = fileAt(request.path);
		return file === undefined ? this.notFound(request.path) : request.method === "POST" ? notAllowed(READ) : file;
	}

	private notFound(path: string): Response {
		const shown = `<code>${cut(path, 80)}</code>`;
		return says(this.#options, 404, "Not found", `There is no page ${shown}.`);
	}
}
