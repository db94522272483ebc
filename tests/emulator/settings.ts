/** Settings of a board that has no peer yet, for tests of its ports, its console and its pages. */
import type { Link } from "../../hosts/emulator/qemu.js";
import { addressesOf, lanLink, wanLink } from "../../hosts/emulator/usernet.js";

export const PASSWORD = "a word for the board";

/** `gateway`: further fields. */
export function document({ gateway = {}, peers = [] }: { gateway?: object; peers?: readonly object[] } = {}): object {
	return {
		version: 1,
		gateway: { name: "board", wanAddress: "10.0.0.1", wanPrefix: 24, wanRouter: "10.0.0.254", lanAddress: "10.1.0.1/24", admin: { user: "admin", password: PASSWORD }, ...gateway },
		peers
	};
}

/** A peer that is not there. */
export const absentPeer = Object.freeze({
	name: "branch", remoteGateway: "10.0.0.2", preSharedKey: "emulator, nobody answers",
	connections: [{ name: "office", localNetwork: "10.1.0.0/24", remoteNetwork: "10.2.0.0/24", phase2Proposals: [{ protocol: "esp", encryption: "aes-128-gcm-16" }] }]
});

/** QEMU's own networks around a board with these settings: its pages are at `port` on loopback, if there is one. */
export function userNetworks(settings: object | undefined, port?: number): { readonly wan: Link; readonly lan: Link } {
	const addresses = addressesOf(settings === undefined ? undefined : Buffer.from(JSON.stringify(settings)));
	return { wan: wanLink(addresses), lan: lanLink(addresses, port) };
}
