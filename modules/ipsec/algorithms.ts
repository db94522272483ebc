/** What an SA's algorithms are called and what keys they take. */
import { authenticationName, authentications, encryptionName, encryptions, hashes, hashName, isCBC } from "../crypto/algorithms.js";
import type { AuthenticationName, EncryptionName } from "../crypto/types.js";

/** Bytes of the cipher key in an SA, the salt or nonce behind it included. */
export function encryptionKeySize(name: EncryptionName): number {
	const { keySize, saltSize } = encryptions[name];
	return keySize + saltSize;
}

/**
 * Why ESP cannot have these algorithms together, undefined when it can: an AEAD takes no other authentication, and nothing is ever
 * encrypted without one. `insideAH`: CBC may leave it to the AH around it; CTR may not (RFC 3686 1), and NULL would do nothing at all.
 */
export function refusal(encryption: EncryptionName, authentication: AuthenticationName | undefined, insideAH: boolean): string | undefined {
	const aead = encryptions[encryption].icvSize > 0;
	if (aead === (authentication === undefined) || (insideAH && authentication === undefined && isCBC(encryption)))
		return undefined;
	return aead ? `${encryption} authenticates by itself, not by ${authentication}` : `${encryption} needs an authentication algorithm`;
}

/**
 * As people read it: "AES-CBC-128/HMAC-SHA256-128", "AES-GCM-16-128"; of AH alone "HMAC-SHA1-96", of AH around ESP "3DES-CBC/HMAC-MD5-96", after ESP's own if
 * it has one. Numbers of accelerator.h; hash 0: none. `esp`: there is ESP; `shortSHA256`: HMAC-SHA2-256 has 96 bits.
 */
export function algorithmText(esp: boolean, cipher: number, hash: number, ahHash: number, shortSHA256: boolean): string {
	const texts = esp ? [encryptionText(encryptionName(cipher))] : [];
	for (const number of [hash, ahHash]) {
		const name = hashName(number);
		if (name !== undefined)
			texts.push(name === "sha256" && shortSHA256 ? "HMAC-SHA256-96" : authenticationName(name).toUpperCase());
	}
	return texts.join("/");
}

function encryptionText(name: EncryptionName | undefined): string {
	switch (name) {
		case "3des-cbc": return "3DES-CBC";
		case "aes-128-cbc": return "AES-CBC-128";
		case "aes-192-cbc": return "AES-CBC-192";
		case "aes-256-cbc": return "AES-CBC-256";
		case "aes-128-gcm-16": return "AES-GCM-16-128";
		case "aes-192-gcm-16": return "AES-GCM-16-192";
		case "aes-256-gcm-16": return "AES-GCM-16-256";
		case "aes-128-ctr": return "AES-CTR-128";
		case "aes-256-ctr": return "AES-CTR-256";
		case "null": return "NULL";
		case undefined: return "unknown";
	}
}

/** accelerator.h's number of the hash that `name` uses, 0 for none. */
export function authenticationHash(name: AuthenticationName | undefined): number {
	return name === undefined ? 0 : hashes[authentications[name].hash].number;
}
