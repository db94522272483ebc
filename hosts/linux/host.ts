/** What this machine gives to the gateway. */
import { formatAddress } from "../../modules/addresses.js";
import { WARNING } from "../../modules/log/types.js";
import { NativeHost } from "../unit/host.js";
import { now } from "../unit/loop.js";
import { isFilterStrict } from "./datapath.js";

const know = native<(cookie: Uint8Array, isThere: boolean) => void>("xs_admission_know");

export class LinuxHost extends NativeHost {
	/** What admission.c goes by. */
	readonly know = know;

	override leadOwnTraffic(remote: number, source: number, protocol: number, localPort: number, remotePort: number): void {
		if (this.lead(remote, source, protocol, localPort, remotePort) && isFilterStrict(source))
			this.log.write(now(), WARNING, "", `transport mode with ${formatAddress(remote)}: rp_filter of the WAN interface is 1, which drops what the peer sends; 2 or 0 lets it in`);
	}
}
