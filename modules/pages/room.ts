/** What every room of pages has to hand: what it may do, and the answers that are the same everywhere. */
import type { Authentication } from "../httpd/authentication.js";
import type { FormToken } from "../httpd/token.js";
import { plain } from "../httpd/response.js";
import type { Request } from "../httpd/request.js";
import type { Response } from "../httpd/response.js";
import type { Workspace } from "../httpd/workspace.js";
import type { FirewallReader } from "../log/firewall.js";
import type { LogReader } from "../log/types.js";
import type { Backups, Firmware, Keyring } from "../settings/services.js";
import type { Commands } from "../status/types.js";
import type { LastChange } from "./saved.js";
import { notice } from "./shell.js";

export interface RoomOptions {
	readonly commands: Commands;
	readonly log: LogReader;
	readonly firewall: FirewallReader;
	readonly token: FormToken;
	/** Bytes that nobody can guess. */
	readonly random: (size: number) => Uint8Array;
	/** Keys and certificates on their way into the settings. */
	readonly keyring: Keyring;
	readonly backups: Backups;
	/** Where files are read and put together. */
	readonly workspace: Workspace;
	readonly authentication: Authentication;
	/** Absent where the firmware is not this unit's own affair. */
	readonly firmware?: Firmware | undefined;
	/** What the last change of settings came to. */
	readonly last: LastChange;
}

/**
 * Answers what is asked of its paths, undefined for others. A POST that comes here carries the form's token. A room calls `notAllowed` for
 * a method that a path of its own does not take.
 */
export type Room = (request: Request, options: RoomOptions) => Response | undefined;

const HTML = "text/html; charset=utf-8";
/** The methods of a page that only shows something, and of one that only does something. */
export const READ = "GET, HEAD";
export const WRITE = "POST";

/** A page. */
export function html(body: Iterator<string>, status = 200): Response {
	return { status, type: HTML, body };
}

/** After a POST: on to a page that may be loaded again. `location` is a path of this unit, percent-encoded. */
export function seeOther(location: string): Response {
	return { status: 303, headers: [`Location: ${location}`] };
}

export function notAllowed(methods: string): Response {
	return plain(405, `405 Method Not Allowed: this takes ${methods}`, [`Allow: ${methods}`]);
}

/** A page that only says something; `text` is HTML. */
export function says({ commands }: RoomOptions, status: number, title: string, text: string): Response {
	return html(notice(commands.snapshot().gateway.name, title, text), status);
}

/** A body that is no form, or has something in it that is none of its fields; `text` is HTML. */
export function notUnderstood(options: RoomOptions, text = "This is not a form of this unit. Fields are sent as application/x-www-form-urlencoded."): Response {
	return says(options, 400, "Not understood", `${text} Nothing was changed.`);
}
