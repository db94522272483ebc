/**
 * The files that pages load: style sheet, script, icon. Their names carry a digest of their content, so that a browser may keep
 * them for as long as it likes and never sees an old one with a new page.
 */
import type { Response } from "../httpd/response.js";
import { ICON } from "./icon.js";
import { SCRIPT } from "./script.js";
import { STYLE } from "./style.js";

/**
 * FNV-1a of the UTF-8 bytes, eight hexadecimal digits: tells versions apart, protects nothing. Of bytes, since XS finds the n-th character
 * of a string by counting from its start.
 */
function fingerprint(pieces: readonly string[]): string {
	let hash = 0x811c9dc5;
	for (const piece of pieces) {
		for (const byte of new Uint8Array(ArrayBuffer.fromString(piece)))
			hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
	}
	return hash.toString(16).padStart(8, "0");
}

export const STYLE_PATH = `/style-${fingerprint(STYLE)}.css`;
export const SCRIPT_PATH = `/status-${fingerprint(SCRIPT)}.js`;
export const ICON_PATH = `/icon-${fingerprint([ICON])}.svg`;

/** The file at `path`, undefined when there is none. */
export function fileAt(path: string): Response | undefined {
	switch (path) {
		case STYLE_PATH:
			return { status: 200, type: "text/css; charset=utf-8", lasting: true, body: STYLE[Symbol.iterator]() };
		case SCRIPT_PATH:
			return { status: 200, type: "text/javascript; charset=utf-8", lasting: true, body: SCRIPT[Symbol.iterator]() };
		case ICON_PATH:
			return { status: 200, type: "image/svg+xml", lasting: true, body: ICON };
		default:
			return undefined;
	}
}
