/**
 * A peer that has the keys and says what the fuzzer likes: messages on their way are opened, changed, and sealed again so that HASH and IV are right, and
 * others are made under the same IKE SA.
 */
import type { CBCName, HashName } from "../../../modules/crypto/types.js";
import type { IKESA } from "../../../modules/ike/sa.js";
import { hash1, phase2IV } from "../../../modules/ike/v1/keys.js";
import { sealEncrypted } from "../../../modules/ike/v1/message.js";
import { emitChain, parsePayloads } from "../../../modules/ike/v1/wire/chain.js";
import { HEADER_SIZE, PayloadType } from "../../../modules/ike/v1/wire/constants.js";
import { isFault } from "../../../modules/ike/v1/wire/fault.js";
import type { Node, Packet } from "../../unit/ike/network.js";

/** A payload that may lie about itself. */
export interface Part {
	type: number;
	body: Uint8Array;
	reserved: number;
	/** Added to its length. */
	lie: number;
}

interface SealedBody {
	readonly key: Uint8Array;
	readonly name: CBCName;
	readonly iv: Uint8Array;
	readonly plain: Uint8Array;
	readonly sealed: string;
}

interface Proof {
	readonly hash: HashName;
	readonly key: Uint8Array;
	readonly input: Uint8Array;
	readonly output: Uint8Array;
}

function endsWith(bytes: Uint8Array, end: Uint8Array): boolean {
	return end.length <= bytes.length && end.every((byte, i) => bytes[bytes.length - end.length + i] === byte);
}

function same(a: Uint8Array, b: Uint8Array): boolean {
	return a.length === b.length && endsWith(a, b);
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
	const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const part of parts) {
		result.set(part, at);
		at += part.length;
	}
	return result;
}

/** The chain in bytes, lies and all. */
function written(parts: readonly Part[]): Uint8Array {
	return join(...parts.map(({ body, reserved, lie }, i) => {
		const length = body.length + 4 + lie;
		return join(Uint8Array.of(parts[i + 1]?.type ?? 0, reserved, length >>> 8, length), body);
	}));
}

export class Insider {
	readonly #bodies: SealedBody[] = [];
	readonly #proofs: Proof[] = [];
	readonly #node: Node;

	/** Watches what `node` does with keys. */
	constructor(node: Node) {
		this.#node = node;
		const { crypto } = node;
		const encrypt = crypto.encrypt.bind(crypto);
		const hmac = crypto.hmac.bind(crypto);
		crypto.encrypt = (name, key, iv, data) => {
			const plain = data.slice();
			const sealed = encrypt(name, key, iv, data);
			this.#bodies.push({ key: key.slice(), name, iv: iv.slice(), plain, sealed: sealed.join() });
			return sealed;
		};
		crypto.hmac = (hash, key, data) => {
			const input = new Uint8Array(data).slice();
			const output = hmac(hash, key, data);
			this.#proofs.push({ hash, key: key.slice(), input, output: output.slice() });
			return output;
		};
	}

	/** The message of `packet` with its payloads changed. Undefined: it is none of the node's own. */
	changed(packet: Packet, change: (parts: Part[]) => Part[]): Uint8Array | undefined {
		const { bytes } = packet;
		const marker = bytes.length > 4 && bytes.subarray(0, 4).every((byte) => byte === 0) ? 4 : 0;
		const message = bytes.subarray(marker);
		if (message.length < HEADER_SIZE)
			return undefined;
		const isSealed = (message[19]! & 1) !== 0;
		const text = message.subarray(HEADER_SIZE).join();
		const sealed = isSealed ? this.#bodies.find((each) => each.sealed === text) : undefined;
		if (isSealed && sealed === undefined)
			return undefined;
		const body = sealed?.plain ?? message.subarray(HEADER_SIZE);
		const payloads = parsePayloads(body, message[16]!, 0, body.length);
		if (isFault(payloads) || payloads.length === 0)
			return undefined;
		const before: Part[] = payloads.map(({ type, body: content }) => ({ type, body: content.slice(), reserved: 0, lie: 0 }));
		let after = change(before.map((part) => ({ ...part })));
		if (sealed !== undefined)
			after = this.proven(before, after);
		const chain = written(after);
		const head = message.slice(0, HEADER_SIZE);
		head[16] = after[0]?.type ?? 0;
		const content = sealed === undefined ? chain : this.sealed(sealed, chain, message);
		new DataView(head.buffer).setUint32(24, HEADER_SIZE + content.length);
		return join(bytes.subarray(0, marker), head, content);
	}

	/** With a HASH that covers what it covers now. */
	private proven(before: readonly Part[], after: readonly Part[]): Part[] {
		const hash = before.find(({ type }) => type === PayloadType.HASH);
		const proof = hash === undefined ? undefined : this.#proofs.findLast(({ output }) => same(output, hash.body));
		if (hash === undefined || proof === undefined)
			return [...after];
		// of quick mode and informationals it covers what follows it, in phase 1 the identity
		const identity = (parts: readonly Part[]): Uint8Array => parts.find(({ type }) => type === PayloadType.ID)?.body ?? new Uint8Array(0);
		const isFirst = before[0] === hash;
		const [old, now] = isFirst ? [written(before.slice(1)), written(after.slice(1))] : [identity(before), identity(after)];
		if (old.length === 0 || !endsWith(proof.input, old))
			return [...after];
		const input = join(proof.input.subarray(0, proof.input.length - old.length), now);
		const body = this.#node.crypto.hmac(proof.hash, proof.key, input).slice();
		return after.map((part) => part.type === PayloadType.HASH && same(part.body, hash.body) ? { ...part, body } : part);
	}

	/** Encrypted, with a last block that is that of the message which its sender believes to have sent: what follows has an IV of it. */
	private sealed({ key, name, iv }: SealedBody, chain: Uint8Array, message: Uint8Array): Uint8Array {
		const { crypto } = this.#node;
		const size = iv.length;
		const last = message.slice(message.length - size);
		const padded = join(chain, new Uint8Array((size - chain.length % size) % size));
		const first = padded.length > 0 ? crypto.encrypt(name, key, iv, padded).slice() : padded;
		this.#bodies.pop();
		// whatever it decrypts to is padding, which nobody looks at
		return join(first, last);
	}

	/** A message of its own under its established IKE SA: what `payloads` say, with a right HASH. */
	says(exchangeType: number, messageID: number, payloads: readonly { readonly type: number; readonly body: Uint8Array }[]): Uint8Array | undefined {
		const sa = this.#node.sas().find((each) => each.state === 9) as IKESA | undefined;
		if (sa?.prf === undefined)
			return undefined;
		const hash = hash1(sa.prf, sa.a, messageID, emitChain(payloads));
		return sealEncrypted(this.#node.crypto, sa, phase2IV(sa.prf, sa.iv, messageID), exchangeType, messageID, [{ type: PayloadType.HASH, body: hash }, ...payloads]).bytes;
	}
}
