/** Dates as people read them, in UTC, without the engine's Date, which is costly on a device. */

/** Seconds before the end of a certificate in which it is to be renewed. */
export const RENEWAL = 30 * 86400;

/** `2026-11-26`; "" when `time` (seconds since 1970) is 0: not known. */
export function dateText(time: number): string {
	if (time === 0)
		return "";
	// Days from 0000-03-01, in eras of 400 years.
	const days = Math.floor(time / 86400) + 719468;
	const era = Math.floor(days / 146097);
	const day = days - era * 146097;
	const year = Math.floor((day - Math.floor(day / 1460) + Math.floor(day / 36524) - Math.floor(day / 146096)) / 365);
	const rest = day - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
	const month = Math.floor((5 * rest + 2) / 153);
	const number = month < 10 ? month + 3 : month - 9;
	return `${era * 400 + year + (number <= 2 ? 1 : 0)}-${two(number)}-${two(rest - Math.floor((153 * month + 2) / 5) + 1)}`;
}

/** `2026-11-26 11:40 UTC` */
export function timeText(time: number): string {
	if (time === 0)
		return "";
	const minutes = Math.floor(time / 60);
	return `${dateText(time)} ${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)} UTC`;
}

function two(value: number): string {
	return value < 10 ? `0${value}` : String(value);
}

/** `2026-11-26T11:40:07Z` (RFC 3339); "" when `time` is 0. */
export function timestamp(time: number): string {
	if (time === 0)
		return "";
	const seconds = Math.floor(time);
	const minutes = Math.floor(seconds / 60);
	return `${dateText(seconds)}T${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}:${two(seconds % 60)}Z`;
}

/** Seconds since 1970 of `2026-11-26T11:40:07Z`, seconds and `Z` may be left out; undefined when `text` is no such time from 1970 to 2105. */
export function parseTimestamp(text: string): number | undefined {
	const body = text.endsWith("Z") ? text.slice(0, -1) : text;
	const shape = body.length === 16 ? "dddd-dd-ddTdd:dd" : "dddd-dd-ddTdd:dd:dd";
	if (body.length !== shape.length)
		return undefined;
	for (let i = 0; i < shape.length; i++) {
		const c = body.charCodeAt(i);
		if (shape[i] === "d" ? c < 0x30 || c > 0x39 : body[i] !== shape[i])
			return undefined;
	}
	const year = Number(body.slice(0, 4));
	const month = Number(body.slice(5, 7));
	const day = Number(body.slice(8, 10));
	const hour = Number(body.slice(11, 13));
	const minute = Number(body.slice(14, 16));
	const second = body.length === 16 ? 0 : Number(body.slice(17, 19));
	if (year < 1970 || year > 2105 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59)
		return undefined;
	// Years that begin in March: a leap day is their last.
	const from = month > 2 ? year : year - 1;
	const days = Math.floor(from * 1461 / 4) - Math.floor(from / 100) + Math.floor(from / 400) + Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1 - 719468;
	const time = days * 86400 + hour * 3600 + minute * 60 + second;
	// A day that the month does not have is another month's.
	return dateText(days * 86400 + 1) === body.slice(0, 10) ? time : undefined;
}
