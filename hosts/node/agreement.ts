/** Diffie-Hellman from node:crypto, with the refusals and the forms of accelerator.h. */
import { createDiffieHellman, createECDH, createPrivateKey, createPublicKey, diffieHellman, getDiffieHellman, randomBytes } from "node:crypto";
import type { DiffieHellman } from "node:crypto";
import { groups } from "../../modules/crypto/algorithms.js";
import type { DHGroup } from "../../modules/crypto/types.js";

/** `result` as in accelerator.h: 0, or kAcceleratorRefused. */
export interface Made {
	readonly result: number;
	readonly privateValue?: Uint8Array;
	readonly publicValue?: Uint8Array;
	readonly secret?: Uint8Array;
}

const REFUSED: Made = { result: -1 };

export function generate(group: number): Made {
	const algorithm = groups[group as DHGroup];
	switch (algorithm.kind) {
		case "modp": {
			const privateValue = randomBytes(algorithm.privateSize);
			const { modp } = diffieHellmanOf(group, privateValue);
			return { result: 0, privateValue, publicValue: padded(modp.generateKeys(), algorithm.publicSize) };
		}
		case "ecp": {
			const curve = createECDH(curveName(group));
			const publicValue = curve.generateKeys().subarray(1);
			return { result: 0, privateValue: padded(curve.getPrivateKey(), algorithm.privateSize), publicValue };
		}
		case "curve25519": {
			// Not by generateKeyPairSync: of Node 20 a pair that is collected while a key is exported waits for the lock that the export holds, for ever.
			const privateValue = randomBytes(algorithm.privateSize);
			const publicKey = createPublicKey(createPrivateKey({ key: der(0, privateValue), format: "der", type: "pkcs8" }));
			return { result: 0, privateValue, publicValue: new Uint8Array(publicKey.export({ format: "der", type: "spki" }).subarray(-algorithm.publicSize)) };
		}
	}
}

export function agree(group: number, privateValue: Uint8Array, publicValue: Uint8Array): Made {
	const algorithm = groups[group as DHGroup];
	if (publicValue.length !== algorithm.publicSize || privateValue.every((byte) => byte === 0))
		return REFUSED;
	switch (algorithm.kind) {
		case "modp": {
			const { modp, prime } = diffieHellmanOf(group, privateValue);
			// node refuses 0, 1 and what is larger than p - 2 by throwing; which of its errors are refusals is not documented.
			const value = toNumber(publicValue);
			if (value <= 1n || value >= prime - 1n)
				return REFUSED;
			return { result: 0, secret: padded(modp.computeSecret(publicValue), algorithm.secretSize) };
		}
		case "ecp": {
			const curve = createECDH(curveName(group));
			curve.setPrivateKey(privateValue);
			try {
				return { result: 0, secret: padded(curve.computeSecret(Buffer.concat([Buffer.of(4), publicValue])), algorithm.secretSize) };
			}
			catch (error) {
				if ((error as { code?: string }).code === "ERR_CRYPTO_ECDH_INVALID_PUBLIC_KEY")
					return REFUSED;
				throw error;
			}
		}
		case "curve25519": {
			const privateKey = createPrivateKey({ key: der(0, privateValue), format: "der", type: "pkcs8" });
			const publicKey = createPublicKey({ key: der(1, publicValue), format: "der", type: "spki" });
			try {
				return { result: 0, secret: new Uint8Array(diffieHellman({ privateKey, publicKey })) };
			}
			catch {
				return REFUSED;	// the all-zero secret of RFC 7748 6.1: the only way to fail
			}
		}
	}
}

/** One object a group, keyed again for each job: node tests a prime that it does not know for a tenth of a second. */
const modps = new Map<number, { readonly modp: DiffieHellman; readonly prime: bigint }>();

function diffieHellmanOf(group: number, privateValue: Uint8Array) {
	let known = modps.get(group);
	if (!known) {
		const prime = getDiffieHellman(`modp${group}`).getPrime();
		known = { modp: createDiffieHellman(prime, 2), prime: toNumber(prime) };
		modps.set(group, known);
	}
	known.modp.setPrivateKey(privateValue);
	return known;
}

function curveName(group: number): string {
	return group === 19 ? "prime256v1" : group === 20 ? "secp384r1" : "secp521r1";
}

/** RFC 8410: the fixed bytes before an X25519 key, private (PKCS #8) and public (SubjectPublicKeyInfo). */
function der(kind: 0 | 1, key: Uint8Array): Buffer {
	return Buffer.concat([Buffer.from(kind === 0 ? "302e020100300506032b656e04220420" : "302a300506032b656e032100", "hex"), key]);
}

function padded(bytes: Uint8Array, size: number): Uint8Array {
	const result = new Uint8Array(size);
	result.set(bytes, size - bytes.length);
	return result;
}

function toNumber(bytes: Uint8Array): bigint {
	return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}
