/** Text in HTML (F16: names, identities and whatever else comes from the network or the settings). */

/**
 * `text` as it may stand in an element or in a quoted attribute. Control characters, and those that turn the direction of the text
 * around, are shown as U+FFFD.
 */
export function escapeHTML(text: string): string {
	let from = 0;
	let result = "";
	for (let i = 0; i < text.length; i++) {
		const c = text.charCodeAt(i);
		// Letters, digits and most marks: nearly all there is.
		if (c > 0x3e && c < 0x7f || c > 0x27 && c < 0x3c)
			continue;
		const replacement = substitute(c);
		if (replacement !== undefined) {
			result += text.slice(from, i) + replacement;
			from = i + 1;
		}
	}
	return from === 0 ? text : result + text.slice(from);
}

function substitute(c: number): string | undefined {
	switch (c) {
		case 0x26:
			return "&amp;";
		case 0x3c:
			return "&lt;";
		case 0x3e:
			return "&gt;";
		case 0x22:
			return "&quot;";
		case 0x27:
			return "&#39;";
	}
	if (c < 0x20 || (c >= 0x7f && c <= 0x9f) || c === 0x61c || c === 0x200e || c === 0x200f || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c === 0xfeff)
		return "\ufffd";
	return undefined;
}
