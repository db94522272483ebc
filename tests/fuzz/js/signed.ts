/**
 * Certificates that an authority has signed, with contents that no authority would: a certificate that is right is taken apart, something in it is changed, added, taken
 * away or moved, and the authority's key signs what comes of it. What stands behind a signature is reached that way.
 */
import { constants, createPrivateKey, createSign, privateEncrypt, type KeyObject } from "node:crypto";
import { Authority, fromPEM } from "../../authority.js";
import { generator } from "../../unit/ike/wire/hostile.js";

/** A number from 0 to below its argument. */
type Random = (below: number) => number;

/** An element of DER. What is in an OCTET STRING is taken apart too, when it is an element itself. */
interface Element {
	tag: number;
	children: Element[] | undefined;
	content: Uint8Array;
}

function elementsOf(bytes: Uint8Array): Element[] | undefined {
	const list: Element[] = [];
	for (let at = 0; at < bytes.length;) {
		const tag = bytes[at]!;
		let length = bytes[at + 1]!, from = at + 2;
		if (length > 0x80) {
			const count = length & 127;
			length = 0;
			for (let i = 0; i < count; i++)
				length = length << 8 | bytes[from++]!;
		}
		if (from + length > bytes.length || length < 0 || at + 1 >= bytes.length)
			return undefined;
		const content = bytes.slice(from, from + length);
		const children = tag & 0x20 || (tag === 4 && length > 2) ? elementsOf(content) : undefined;
		list.push({ tag, children: tag === 4 && children?.length !== 1 ? undefined : children, content });
		at = from + length;
	}
	return list;
}

function encoded({ tag, children, content }: Element): Uint8Array {
	const body = children === undefined ? content : Buffer.concat(children.map(encoded));
	const { length } = body;
	return Buffer.concat([Uint8Array.from(length < 128 ? [tag, length] : length < 256 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 255]), body]);
}

const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value, "latin1"));
/** Contents that mean something somewhere: numbers, dates, names, lists of bits. */
const contents: readonly Uint8Array[] = [
	...[[], [0], [1], [0xff], [0x80], [0, 0x80], [0x7f, 0xff], [3, 6], [1, 6], [7, 0x80], [8, 0], [0, 0, 0, 0, 0], [10, 0, 0, 1], [10, 0, 0, 1, 0xff, 0xff, 0xff, 0], [0x55, 0x1d, 0x0f], [0x55, 0x1d, 0x13], [0x55, 0x1d, 0x11], [0x55, 0x1d, 0x1e],
		[0x55, 0x1d, 0x25], [0x55, 0x1d, 0x24], [0x55, 0x1d, 0x63], [0x80, 0x80, 0x80], Array<number>(21).fill(0x41), Array<number>(300).fill(0x41), [0x41, 0, 0x42], [0xc3], [0xe2, 0x82, 0xac], [0x2b, 6, 1, 5, 5, 7, 3, 0x11]].map((bytes) => Uint8Array.from(bytes)),
	...["491231235959Z", "500101000000Z", "20491231235959Z", "20500101000000Z", "19991231235959Z", "9912312359Z", "20240230000000Z", "240101000000+0100", "00000000000000Z", "99991231235959Z", "gate.example", "*.example", ".example", "GATE.EXAMPLE", "gate.example\0.evil",
		"a@b.example"].map(text),
];
const tags = [1, 2, 3, 4, 5, 6, 12, 19, 22, 23, 24, 30, 0x30, 0x31, 0x80, 0x81, 0x82, 0x84, 0x87, 0xa0, 0xa3, 0xa4] as const;

/** Every element, each with the list that it stands in. */
function places(list: Element[]): { list: Element[]; index: number }[] {
	return list.flatMap((element, index) => [{ list, index }, ...(element.children === undefined ? [] : places(element.children))]);
}

const copied = ({ tag, children, content }: Element): Element => ({ tag, children: children?.map(copied), content });

function change(random: Random, all: Element): void {
	const every = places(all.children!);
	const pick = (): { list: Element[]; index: number } => every[random(every.length)]!;
	const { list, index } = pick();
	const element = list[index]!;
	switch (random(9)) {
	case 0: list.splice(index, 1); break;
	case 1: list.splice(index, 0, copied(element)); break;
	case 2: list.reverse(); break;
	case 3: {
		const other = pick();
		list[index] = copied(other.list[other.index]!);
		break;
	}
	case 4: element.tag = tags[random(tags.length)]!; break;
	case 5:
		// an extension becomes critical, or something stands before it
		list.splice(index, 0, { tag: 1, children: undefined, content: Uint8Array.of(random(3) === 0 ? 0 : 255) });
		break;
	case 6:
		element.content = element.content.map((byte, i) => i === random(element.content.length) ? byte ^ 1 << random(8) : byte);
		element.children = undefined;
		break;
	default:
		element.content = contents[random(contents.length)]!;
		element.children = undefined;
	}
}

/** A certificate whose contents are changed, signed by `key`: DER. */
function resigned(random: Random, der: Uint8Array, key: KeyObject): Uint8Array {
	const certificate = elementsOf(der)![0]!;
	const [contents, algorithm] = certificate.children as [Element, Element, Element];
	for (let count = 1 + random(3); count > 0; count--)
		change(random, contents);
	const signature = createSign("sha256").update(encoded(contents)).sign(key);
	return encoded({ tag: 0x30, content: signature, children: [contents, algorithm, { tag: 3, children: undefined, content: Buffer.concat([Uint8Array.of(0), signature]) }] });
}

const sized = (bytes: Uint8Array): Uint8Array => Buffer.concat([Uint8Array.of(bytes.length >> 8, bytes.length & 255), bytes]);

/** Inputs of the fuzzing programs `certificates-*`: a peer's claim each, with its own right signature. The first one is right in everything. */
export function claims(count: number, seed: number): Uint8Array[] {
	const random = generator(seed);
	const root = new Authority({ subject: "/C=DE/O=Example/CN=Root", curve: "P-256", pathLength: 1 });
	const between = new Authority({ subject: "/CN=Between", curve: "P-256" }, root);
	const gate = between.issue({ subject: "/C=DE/CN=gate.example", names: "DNS:gate.example,IP:10.0.0.1,email:a@b.example", extendedKeyUsage: "serverAuth" });
	const hash = new Uint8Array(32);
	hash[0] = 0x5a;
	const proof = privateEncrypt({ key: gate.key, padding: constants.RSA_PKCS1_PADDING }, hash);
	const [rootDER, betweenDER, gateDER] = [root, between, gate].map(({ certificate }) => fromPEM(certificate)) as [Uint8Array, Uint8Array, Uint8Array];
	const [rootKey, betweenKey] = [root, between].map(({ key }) => createPrivateKey(key)) as [KeyObject, KeyObject];
	const name = Buffer.from("gate.example");
	return Array.from({ length: count }, (_, i) => {
		const what = i === 0 ? 0 : 1 + random(3);
		const own = what & 1 ? resigned(random, gateDER, betweenKey) : gateDER;
		const next = what & 2 ? resigned(random, betweenDER, rootKey) : betweenDER;
		// a domain name, a time that is known, the certificates each with its size
		return Buffer.concat([Uint8Array.of(1, 4 | 1 << 3), sized(rootDER), Uint8Array.of(name.length), name, sized(proof), sized(own), sized(next)]);
	});
}
