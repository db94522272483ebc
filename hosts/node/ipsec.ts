/** What modules/ipsec asks of the C side beside its tables (tables.ts), without an engine, so that its TypeScript can be tested in Node. */
import {
	SA_AH_KEY, SA_AH_KEY_MAXIMUM, SA_AUTHENTICATION_KEY, SA_AUTHENTICATION_KEY_MAXIMUM, SA_ENCRYPTION_KEY, SA_ENCRYPTION_KEY_MAXIMUM, SA_SIZE
} from "../../modules/ipsec/layout.js";
import { tables } from "./tables.js";

/** As on a device the keys are gone from a record once the accelerator has them; here they are only zeroed. */
function openContext(slot: number): number {
	const bytes = new Uint8Array(tables.xs_sad_table(), slot * SA_SIZE, SA_SIZE);
	bytes.fill(0, SA_ENCRYPTION_KEY, SA_ENCRYPTION_KEY + SA_ENCRYPTION_KEY_MAXIMUM);
	bytes.fill(0, SA_AUTHENTICATION_KEY, SA_AUTHENTICATION_KEY + SA_AUTHENTICATION_KEY_MAXIMUM);
	bytes.fill(0, SA_AH_KEY, SA_AH_KEY + SA_AH_KEY_MAXIMUM);
	return 0;
}

export const ipsecNatives = {
	xs_sad_open: openContext,
	xs_sad_close: (_slot: number) => undefined,
};
