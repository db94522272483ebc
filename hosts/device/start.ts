/** Composition for a device: the settings in its flash, and the unit. It comes up whatever is in there. */
import { Accelerator } from "../../modules/crypto/crypto.js";
import { printable } from "../../modules/log/printable.js";
import { vpnLogTable } from "../../modules/log/table.js";
import { ERROR } from "../../modules/log/types.js";
import { VPNLog } from "../../modules/log/vpnlog.js";
import { FACTORY_ADDRESS, movePool } from "../../modules/settings/setup.js";
import { Store } from "../../modules/settings/store.js";
import { settingsTable } from "../../modules/settings/table.js";
import { StartFault } from "../unit/faults.js";
import { now, startAnew, wallClock } from "../unit/loop.js";
import { Unit } from "../unit/unit.js";
import { print, RESTART_SETTINGS, restartReason } from "./boot.js";
import { DevicePlatform } from "./platform.js";

export function run(): void {
	const crypto = new Accelerator();
	const platform = new DevicePlatform();
	const store = new Store({ table: settingsTable(), crypto, wallClock, storage: platform.storage, firmware: true });
	if (store.resume() === undefined)
		store.openKept();
	if (store.factoryReason !== "")
		print(`keygate: ${printable(store.factoryReason)}`);
	try {
		new Unit({ platform, store, crypto }).open();
	}
	catch (error) {
		if (!(error instanceof StartFault))
			throw error;
		tell(error.message);
		recover(store, error);
		startAnew();
	}
}

/**
 * The settings are valid, and yet nothing can live by them. Those before the last change are in use again, if there are any; else this unit keeps its peers
 * and its password and is found at the factory's address, for somebody to look at it. Throws `fault` when that is where it was.
 */
function recover(store: Store, fault: StartFault): void {
	if (restartReason() === RESTART_SETTINGS && store.revert())
		return tell("the settings before are in use again");
	const { lanAddress, http, wanAddressing } = store.settings.gateway;
	const lan = `${FACTORY_ADDRESS}/24`;
	if (store.isFactory || lanAddress === lan && http.address === FACTORY_ADDRESS && wanAddressing === "dhcp")
		throw fault;
	const { ok } = store.change(({ gateway }) => {
		gateway.lanAddress = lan;
		movePool(gateway);
		gateway.http = { address: FACTORY_ADDRESS, port: 80 };
		gateway.wanAddressing = "dhcp";
		gateway.wanAddress = "0.0.0.0";
		gateway.ikePort = 500;
		gateway.natTraversalPort = 4500;
	});
	if (!ok)
		throw fault;
	tell(`this unit is at ${FACTORY_ADDRESS} now`);
}

/** For who sits at the serial port, and for the log of the control plane that follows. */
function tell(text: string): void {
	print(`keygate: ${printable(text)}`);
	new VPNLog(vpnLogTable()).write(now(), ERROR, "", text);
}
