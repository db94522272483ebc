/** What a device gives to the gateway. Routes are the data path's: it looks at its policies for whatever leaves. */
import { NativeHost } from "../unit/host.js";
import { acknowledge, startNotice } from "./boot.js";

export class DeviceHost extends NativeHost {
	startNotice(): string {
		return startNotice() ?? "";
	}

	acknowledge(): void {
		acknowledge();
	}
}
