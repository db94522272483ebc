/** The published vectors as C: vectors.h, for programs that look at the accelerator from C. */
import { encryptions, hashes } from "../../../modules/crypto/algorithms.js";
import { cbcVectors, packetVectors } from "../../vectors/crypto-cipher.js";
import { hmacVectors } from "../../vectors/crypto-hash.js";

/** A C table of `rows`; texts become strings, numbers stay. */
function table(name: string, fields: string, rows: readonly (readonly (string | number)[])[]): string {
	const lines = rows.map((row) => `\t{ ${row.map((value) => JSON.stringify(value)).join(", ")} },\n`);
	return `static const struct { ${fields} } ${name}[] = {\n${lines.join("")}};\n`;
}

/** The text of vectors.h. */
export function vectors(): string {
	return [
		table("packetCases", "const char* name; int cipher; const char *key, *iv, *aad, *plain, *sealed, *tag;",
			packetVectors.map(({ name, cipher, key, iv, aad, plain, sealed, tag }) => [name, encryptions[cipher].number, key, iv, aad, plain, sealed, tag])),
		table("cbcCases", "const char* name; int cipher; const char *key, *iv, *plain, *sealed;",
			cbcVectors.map(({ name, cipher, key, iv, plain, sealed }) => [name, encryptions[cipher].number, key, iv, plain, sealed])),
		table("hmacCases", "const char* name; int hash; const char *key, *data, *tag;",
			hmacVectors.map(({ name, hash, key, data, tag }) => [name, hashes[hash].number, key, data, tag])),
	].join("");
}
