/** Dates as people read them, in UTC, without the engine's Date, which is costly on a device. */

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
