/** Backups out of this unit and into it. */
import { formFields, lastField } from "../httpd/form.js";
import type { Request } from "../httpd/request.js";
import type { Response } from "../httpd/response.js";
import { administration, ADMINISTRATION } from "./administration.js";
import { dateText } from "../dates.js";
import { gather } from "./gather.js";
import { newPassphraseFault } from "./password-text.js";
import { notAllowed, says, WRITE } from "./room.js";
import type { RoomOptions } from "./room.js";
import { afterChange } from "./saved.js";

/** A file whose pieces are made out of the workspace, which is free again when it has been sent or given up. */
class Download implements Iterator<string> {
	readonly #pieces: Iterator<string>;
	readonly #release: () => void;

	constructor(pieces: Iterator<string>, release: () => void) {
		this.#pieces = pieces;
		this.#release = release;
	}

	next(): IteratorResult<string> {
		const result = this.#pieces.next();
		if (result.done === true)
			this.#release();
		return result;
	}

	return(): IteratorResult<string> {
		this.#release();
		return { done: true, value: undefined };
	}
}

export function backup(request: Request, options: RoomOptions): Response {
	if (request.method !== "POST")
		return notAllowed(WRITE);
	const fields = formFields(request.body) ?? [];
	if (lastField(fields, "secrets") === "without")
		return file(options, gather(options.backups.open()));
	const passphrase = lastField(fields, "backup-passphrase") ?? "";
	const fault = newPassphraseFault(passphrase, lastField(fields, "backup-again") ?? "");
	const refuse = (path: string, text: string, refusal = ""): Response =>
		administration(options, "", { section: "backup", refusal, faults: path === "" ? [] : [{ path, text }], fields: ["secrets", "with"] }, path === "" ? 503 : 400);
	if (fault !== "")
		return refuse("backup-passphrase", fault);
	const { workspace } = options;
	const ticket = workspace.take();
	if (ticket === 0)
		return refuse("", "", workspace.refusal);
	return {
		status: 200,
		later(done) {
			options.backups.seal(workspace.bytes, passphrase, (pieces, text) => {
				if (pieces === undefined) {
					workspace.release(ticket);
					done(refuse("", "", text));
				}
				else
					done(file(options, new Download(pieces[Symbol.iterator](), () => workspace.release(ticket))));
			});
		},
	};
}

/** To be kept by the browser, under the unit's name and today's date. */
function file({ commands, keyring }: RoomOptions, body: Iterator<string>): Response {
	const date = dateText(keyring.now());
	return { status: 200, type: "application/json", headers: [`Content-Disposition: attachment; filename="keygate-${plainName(commands.configuration.settings.gateway.name)}${date === "" ? "" : `-${date}`}.json"`], body };
}

/** Letters, digits and what cannot be mistaken in a file's name. */
export function plainName(text: string): string {
	let result = "";
	for (let i = 0; i < text.length && i < 40; i++) {
		const c = text.charCodeAt(i);
		result += c >= 0x30 && c <= 0x39 || c >= 0x41 && c <= 0x5a || c >= 0x61 && c <= 0x7a || c === 0x2d || c === 0x2e && i > 0 ? text.charAt(i) : "_";
	}
	return result;
}

export function restore(request: Request, options: RoomOptions): Response {
	if (request.method !== "POST")
		return notAllowed(WRITE);
	const { upload } = request;
	const { configuration } = options.commands;
	const content = upload?.bytes("file");
	if (upload === undefined || content === undefined)
		return says(options, 400, "No file", `A file is sent with the form of <a href="${ADMINISTRATION}#restore">the administration page</a>.`);
	const use = upload.text("use") === "without" ? "without" : "with";
	const passphrase = upload.text("restore-passphrase") ?? "";
	const refuse = (refusal: string, faults: readonly { readonly path: string; readonly text: string }[] = []): Response =>
		administration(options, "", { section: "restore", refusal, faults, fields: ["use", use] }, 400);
	if (content.length === 0)
		return refuse("No file was chosen, or it is empty.");
	return {
		status: 200,
		later(done) {
			options.backups.restore(content, passphrase, use === "with", () => !upload.closed, (result) => {
				if (!result.ok)
					return done(refuse(result.text, result.faults));
				options.last.keep(configuration, result, "");
				options.last.text = `The settings are those of the file. ${options.last.text}`;
				done(afterChange(`${ADMINISTRATION}#restore`, options.last));
			});
		},
	};
}
