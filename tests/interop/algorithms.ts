/** keygate's names of algorithms and groups, and charon's for the same. */

export const groups: readonly (readonly [number, string])[] = [
	[2, "modp1024"], [5, "modp1536"], [14, "modp2048"], [15, "modp3072"], [16, "modp4096"], [17, "modp6144"], [18, "modp8192"],
	[19, "ecp256"], [20, "ecp384"], [21, "ecp521"], [31, "curve25519"]
];

export const hashes: readonly (readonly [string, string])[] = [
	["md5", "md5"], ["sha1", "sha1"], ["sha256", "sha256"], ["sha384", "sha384"], ["sha512", "sha512"]
];

export const ciphers: readonly (readonly [string, string])[] = [
	["3des-cbc", "3des"], ["aes-128-cbc", "aes128"], ["aes-192-cbc", "aes192"], ["aes-256-cbc", "aes256"]
];

/** ESP: encryption, authentication ("": an AEAD), and charon's proposal. */
export const transforms: readonly (readonly [string, string, string])[] = [
	["aes-128-gcm-16", "", "aes128gcm16"],
	["aes-192-gcm-16", "", "aes192gcm16"],
	["aes-256-gcm-16", "", "aes256gcm16"],
	["aes-128-cbc", "hmac-md5-96", "aes128-md5"],
	["aes-128-cbc", "hmac-sha1-96", "aes128-sha1"],
	["aes-128-cbc", "hmac-sha256-128", "aes128-sha256"],
	["aes-128-cbc", "hmac-sha384-192", "aes128-sha384"],
	["aes-128-cbc", "hmac-sha512-256", "aes128-sha512"],
	["aes-192-cbc", "hmac-sha256-128", "aes192-sha256"],
	["aes-256-cbc", "hmac-sha256-128", "aes256-sha256"],
	["aes-128-ctr", "hmac-sha256-128", "aes128ctr-sha256"],
	["aes-256-ctr", "hmac-sha512-256", "aes256ctr-sha512"],
	["3des-cbc", "hmac-sha1-96", "3des-sha1"],
	["null", "hmac-sha256-128", "null-sha256"]
];
