/** What a unit has to be told before it can do anything, how it is before, and what the answers do to its settings. */
import { addressWithPrefix, passwordText } from "./forms.js";
import { isOnLAN, poolOf } from "./network.js";
import type { Settings } from "./types.js";

/** Address of a unit on its LAN port before anybody has set it up. */
export const FACTORY_ADDRESS = "192.168.1.1";

/** Settings of a unit that nobody has set up: no password, no peers, no address on the WAN; whoever is plugged into the LAN gets an address. */
export const FACTORY_SETTINGS = `{ "version": 1, "gateway": { "name": "keygate", "wanAddressing": "dhcp", "lanAddress": "${FACTORY_ADDRESS}/24", "dhcpServer": { "enabled": true, "first": "192.168.1.100", "last": "192.168.1.199" } } }`;

/** Characters of the shortest password. */
export const PASSWORD_SIZE = 10;

/** What is wrong with a new password, "" when nothing is. */
export function newPasswordFault(password: string, again: string): string {
	if (password.length < PASSWORD_SIZE)
		return `has ${password.length === 1 ? "one character" : `${password.length} characters`}: expected at least ${PASSWORD_SIZE}`;
	return passwordText(password) ?? (password === again ? "" : "is not the same in both fields");
}

/** The answers, as they were typed. */
export interface SetUp {
	name: string;
	/** The WAN address is the one that a DHCP server gives: asked of firmware only, as the router is. */
	learned: boolean;
	/** Of firmware with its prefix length, `203.0.113.5/24`. */
	wanAddress: string;
	/** "": none. */
	wanRouter: string;
	/** With its prefix length. */
	lanAddress: string;
	/** "": the one that there is. */
	password: string;
}

/** What the settings in use would have answered; of a unit that nobody has set up only what is not a gap. */
export function setUpOf({ gateway }: Settings, firmware: boolean): SetUp {
	const { name, wanAddressing, wanAddress, wanPrefix, wanRouter = "", lanAddress } = gateway;
	const learned = wanAddressing === "dhcp";
	return { name, learned, wanAddress: learned ? "" : firmware ? `${wanAddress}/${wanPrefix ?? 24}` : wanAddress, wanRouter: learned ? "" : wanRouter, lanAddress, password: "" };
}

/** Puts the answers into a draft; the schema says what is wrong with them. */
export function setUp({ gateway }: Settings, answers: SetUp, firmware: boolean): void {
	const { name, learned, wanAddress, wanRouter, lanAddress, password } = answers;
	gateway.name = name.trim();
	gateway.lanAddress = lanAddress.trim();
	if (password !== "")
		gateway.admin.password = password;
	if (!firmware) {
		gateway.wanAddress = wanAddress.trim();
		return;
	}
	movePool(gateway);
	const before = gateway.wanAddressing;
	gateway.wanAddressing = learned ? "dhcp" : "static";
	if (learned) {
		if (before !== "dhcp")
			gateway.wanAddress = "0.0.0.0";
		return;
	}
	const text = wanAddress.trim();
	const slash = text.indexOf("/");
	const prefix = slash < 0 ? NaN : Number(text.slice(slash + 1));
	gateway.wanAddress = slash < 0 ? text : text.slice(0, slash);
	// What is no number stays a text, for the schema to say so.
	gateway.wanPrefix = Number.isInteger(prefix) && text.slice(slash + 1).trim() !== "" ? prefix : (slash < 0 ? "" : text.slice(slash + 1)) as unknown as number;
	gateway.wanRouter = wanRouter.trim();
}

/** The answer that a fault of the settings is about: the name of a field of SetUp, "" when it is none. */
export function answerAt(path: string): string {
	switch (path) {
		case "gateway.name": return "name";
		case "gateway.wanAddress":
		case "gateway.wanPrefix": return "wanAddress";
		case "gateway.wanRouter": return "wanRouter";
		case "gateway.lanAddress":
		case "gateway.http.address": return "lanAddress";
		case "gateway.admin.password": return "password";
		default: return "";
	}
}

/** What the DHCP server gives out is on the LAN, whatever that is now. */
export function movePool(gateway: Settings["gateway"]): void {
	const { dhcpServer, lanAddress } = gateway;
	const pool = dhcpServer?.enabled !== true || addressWithPrefix(lanAddress) !== undefined ? undefined : poolOf(lanAddress);
	if (dhcpServer !== undefined && pool !== undefined && !isOnLAN(dhcpServer.first ?? "", lanAddress))
		gateway.dhcpServer = { ...dhcpServer, ...pool };
}
