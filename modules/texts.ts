/** What several rooms ask of texts. */

/** Whether `text` is hexadecimal digits, either case, one at least. */
export function isHexadecimal(text: string): boolean {
	for (let i = 0; i < text.length; i++) {
		const c = text.charCodeAt(i);
		if (!(c >= 0x30 && c <= 0x39 || (c | 0x20) >= 0x61 && (c | 0x20) <= 0x66))
			return false;
	}
	return text.length > 0;
}

/** `wanted`, or the first of it with a number from 2 behind that is not taken. */
export function freeName(wanted: string, isTaken: (name: string) => boolean, separator = "-"): string {
	let name = wanted;
	for (let number = 2; isTaken(name); number++)
		name = `${wanted}${separator}${number}`;
	return name;
}
