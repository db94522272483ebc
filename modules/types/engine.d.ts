/**
 * What the XS engine and keygate's hosts add to the language, on every host (Node included: hosts/node defines the same).
 */

/**
 * The C function `name` as a JavaScript function. Only for module-level constants:
 * `export const hash = native<(algorithm: number, data: Uint8Array) => ArrayBuffer>("xs_crypto_hash")`.
 * The build stops when no host table has `name`.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- only the C file knows the type
declare function native<F>(name: string): F;

interface ArrayBufferConstructor {
	/** The UTF-8 bytes of `text` (built into XS). */
	fromString(text: string): ArrayBuffer;
}

interface StringConstructor {
	/** The text of UTF-8 bytes (built into XS). Throws on bytes that are not UTF-8: not for bytes from the network. */
	fromArrayBuffer(bytes: ArrayBuffer): string;
}
