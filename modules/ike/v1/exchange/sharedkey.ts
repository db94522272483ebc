/** Authentication by a pre-shared key (RFC 2409 5.4): the key is in SKEYID, and the hash is the proof. */
import { wipe } from "../../bytes.js";
import type { Context } from "../../context.js";
import { textOrBytes } from "../../../settings/bytes.js";
import type { PeerSettings } from "../../../settings/types.js";
import { preSharedKeyID } from "../keys.js";
import type { Opened } from "../message.js";
import { findPayload, type Payload } from "../wire/chain.js";
import { PayloadType } from "../wire/constants.js";
import type { Method } from "./method.js";
import type { Phase1 } from "./phase1.js";

const { HASH } = PayloadType;

function skeyid(_context: Context, exchange: Phase1, settings: PeerSettings): Uint8Array {
	const preSharedKey = textOrBytes(settings.preSharedKey ?? "");
	const result = preSharedKeyID(exchange.sa.prf!, preSharedKey, exchange.ni, exchange.nr);
	wipe(preSharedKey);
	return result;
}

function prove(_context: Context, _exchange: Phase1, hash: Uint8Array): Payload[] {
	return [{ type: HASH, body: hash }];
}

function verify(context: Context, _exchange: Phase1, _settings: PeerSettings, hash: Uint8Array, opened: Opened): "proved" | undefined {
	return context.host.crypto.equal(hash, findPayload(opened.payloads, HASH)!.body) ? "proved" : undefined;
}

export const sharedKey: Method = Object.freeze({ proof: HASH, needsSecret: false, secret: "pre-shared key", skeyid, prove, verify });
