/** What stays of an asking when it is over. */
import type { PeerSettings } from "../../settings/types.js";
import type { Answers, Mode } from "./answers.js";
import { isOverlap } from "./networks.js";

/** What is known of key and identities. */
export const KEY_UNKNOWN = 0;
export const KEY_RIGHT = 1;
export const KEY_WRONG = 2;
/** It was not tried: a tunnel is up that a second key tunnel might disturb. */
export const KEY_UNTRIED = 3;

/** What is known of a peer that was asked: all that stays of it. */
export interface Found {
	readonly settings: PeerSettings;
	readonly answers: Answers;
	readonly asked: number;
	readonly end: string;
	readonly keyState: number;
	readonly keyText: string;
	readonly otherMethod: number;
	readonly connections: readonly number[];
	readonly networks: readonly (readonly string[])[];
	readonly modes: readonly Mode[];
	inTheWay(local: string, remote: string): string;
}

/** Not in a method: what is made there holds on to its object. */
export function wayOf(settings: PeerSettings, isUp: (connection: string) => boolean): (local: string, remote: string) => string {
	return (local, remote) => inTheWay(settings, isUp, local, remote);
}

/** The connection that is up and carries packets between these networks, or some of them; "": none. */
export function inTheWay({ connections }: PeerSettings, isUp: (connection: string) => boolean, local: string, remote: string): string {
	return connections.find(({ name, localNetwork, remoteNetwork }) => isUp(name) && isOverlap(local, remote, localNetwork, remoteNetwork))?.name ?? "";
}
