/** What a peer's messages say to an offer, read without taking part in the exchange. */
import { formatRange } from "../../addresses.js";
import type { IKESA } from "../sa.js";
import { QuickMode } from "../v1/exchange/quickmode.js";
import type { Opened } from "../v1/message.js";
import { FIRST_STATUS_NOTIFY, PayloadType } from "../v1/wire/constants.js";
import { isFault } from "../v1/wire/fault.js";
import { addressRange, parseID } from "../v1/wire/id.js";
import { parseNotification, type Notification } from "../v1/wire/notification.js";

/** The quick mode of ours that is under way under an IKE SA. */
export function quickOf(sa: IKESA): QuickMode | undefined {
	for (const exchange of sa.exchanges)
		if (exchange instanceof QuickMode && !exchange.isDone)
			return exchange;
	return undefined;
}

/** The error that a message tells of. */
export function errorOf(opened: Opened): Notification | undefined {
	for (const payload of opened.payloads) {
		const notification = payload.type === PayloadType.NOTIFICATION ? parseNotification(payload.body) : undefined;
		if (notification !== undefined && !isFault(notification) && notification.type < FIRST_STATUS_NOTIFY)
			return notification;
	}
	return undefined;
}

/** The addresses that an ID payload's body means, as the settings write them; "": none. */
export function rangeText(body: Uint8Array | undefined): string {
	const id = body === undefined ? undefined : parseID(body);
	const range = id === undefined || isFault(id) ? undefined : addressRange(id);
	return range === undefined ? "" : formatRange(range.first, range.last);
}
