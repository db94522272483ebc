/** Which peers need ESP and AH outside of UDP. */
import type { PeerSettings } from "../../modules/settings/types.js";

/** Whether a peer may need ESP or AH outside of UDP. */
export function isNative(peer: PeerSettings): boolean {
	return peer.enabled && peer.natTraversal !== "force";
}

/** AH, and transport mode, make the packet with its header: the socket for them is another one than that of ESP. */
export function needsHeader(peer: PeerSettings): boolean {
	return peer.connections.some((connection) => connection.mode === "transport" || connection.phase2Proposals.some((proposal) => proposal.protocol !== "esp"));
}
