/** What the tests of this room have in common. */
import type { Accelerator } from "../../../modules/crypto/crypto.js";
import type { DHGroup, KeyPair } from "../../../modules/crypto/types.js";

/** The bytes that `text`, hexadecimal digits, stands for. */
export function fromHex(text: string): Uint8Array {
	const bytes = new Uint8Array(text.length / 2);
	for (let i = 0; i < bytes.length; i++)
		bytes[i] = parseInt(text.slice(i * 2, i * 2 + 2), 16);
	return bytes;
}

export function toHex(bytes: Uint8Array): string {
	let text = "";
	for (const byte of bytes)
		text += (byte < 16 ? "0" : "") + byte.toString(16);
	return text;
}

/** Works all jobs that `accelerator` has, those that their answers ask for included. */
export function settle(accelerator: Accelerator): void {
	while (accelerator.pending > 0)
		accelerator.collect();
}

/** A new key pair, at once. */
export function generate(accelerator: Accelerator, group: DHGroup): KeyPair {
	let made: KeyPair | undefined;
	accelerator.generate(group, (pair) => { made = pair; });
	settle(accelerator);
	if (made === undefined)
		throw new Error("no key pair");
	return made;
}

/** The shared secret, or the word that says why there is none, at once. */
export function agree(accelerator: Accelerator, group: DHGroup, privateValue: Uint8Array, peer: Uint8Array): Uint8Array | string {
	let answer: Uint8Array | string = "not answered";
	accelerator.agree({ group, privateValue, publicValue: new Uint8Array(0) }, peer, (secret, error) => { answer = secret ?? error ?? "no error"; });
	settle(accelerator);
	return answer;
}
