/** What this unit's crypto library has not: mbedTLS 4 is without 3DES (accelerator.h). */
import { encryptions } from "./algorithms.js";
import type { EncryptionName } from "./types.js";

const nativeOffers = native<(cipher: number) => boolean>("xs_crypto_offers");

export function isOffered(name: EncryptionName): boolean {
	return nativeOffers(encryptions[name].number);
}
