/** What an SA's algorithms are called and what keys they take. */
import { authenticationName, authentications, encryptionName, encryptions, hashes, hashName } from "../crypto/algorithms.js";
import type { AuthenticationName, EncryptionName } from "../crypto/types.js";

/** Bytes of the cipher key in an SA, the salt or nonce behind it included. */
export function encryptionKeySize(name: EncryptionName): number {
	const { keySize, saltSize } = encryptions[name];
	return keySize + saltSize;
}

/**
 * Why an SA cannot have these algorithms together, undefined when it can: an AEAD takes no other authentication, and nothing is ever
 * encrypted without one.
 */
export function refusal(encryption: EncryptionName, authentication: AuthenticationName | undefined): string | undefined {
	const aead = encryptions[encryption].icvSize > 0;
	if (aead === (authentication === undefined))
		return undefined;
	return aead ? `${encryption} authenticates by itself, not by ${authentication}` : `${encryption} needs an authentication algorithm`;
}

/** As people read it: "AES-CBC-128/HMAC-SHA256-128", "AES-GCM-16-128", "NULL/HMAC-SHA1-96". Numbers of accelerator.h; hash 0: none. */
export function algorithmText(cipher: number, hash: number): string {
	const encryption = encryptionText(encryptionName(cipher));
	const name = hashName(hash);
	return name === undefined ? encryption : `${encryption}/${authenticationName(name).toUpperCase()}`;
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
