/**
 * Diffie-Hellman on curves: RFC 5903 8 and RFC 7748. Each was computed once more from the private values with the formulas of the curves in
 * Python's integers, and was the same as published.
 *
 * All bytes are hexadecimal digits.
 */
import type { DHGroup } from "../../modules/crypto/types.js";

export interface AgreementVector {
	readonly name: string;
	readonly group: DHGroup;
	readonly initiatorPrivate: string;
	readonly initiatorPublic: string;
	readonly responderPrivate: string;
	readonly responderPublic: string;
	readonly secret: string;
}

export const agreementVectors: readonly AgreementVector[] = Object.freeze([
	{
		name: "group 19: RFC 5903 8.1",
		group: 19,
		initiatorPrivate: "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
		initiatorPublic: "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c37725811805271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
		responderPrivate: "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53",
		responderPublic: "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf6356fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab",
		secret: "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de",
	},
	{
		name: "group 20: RFC 5903 8.2",
		group: 20,
		initiatorPrivate: "099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655e35b538041e649ee3faef896783ab194",
		initiatorPublic: "667842d7d180ac2cde6f74f37551f55755c7645c20ef73e31634fe72b4c55ee6de3ac808acb4bdb4c88732aee95f41aa9482ed1fc0eeb9cafc4984625ccfc23f"
			+ "65032149e0e144ada024181535a0f38eeb9fcff3c2c947dae69b4c634573a81c",
		responderPrivate: "41cb0779b4bdb85d47846725fbec3c9430fab46cc8dc5060855cc9bda0aa2942e0308312916b8ed2960e4bd55a7448fc",
		responderPublic: "e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d0d1ac43a0336def96fda41d0774a3571dcfbec7aacf3196472169e838430367f"
			+ "66eebe3c6e70c416dd5f0c68759dd1fff83fa40142209dff5eaad96db9e6386c",
		secret: "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4d603135569b9e9d09cf5d4a270f59746",
	},
	{
		name: "group 21: RFC 5903 8.3",
		group: 21,
		initiatorPrivate: "0037ade9319a89f4dabdb3ef411aaccca5123c61acab57b5393dce47608172a095aa85a30fe1c2952c6771d937ba9777f5957b2639bab072462f68c27a57382d"
			+ "4a52",
		initiatorPublic: "0015417e84dbf28c0ad3c278713349dc7df153c897a1891bd98bab4357c9ecbee1e3bf42e00b8e380aeae57c2d107564941885942af5a7f4601723c4195d176c"
			+ "ed3e017cae20b6641d2eeb695786d8c946146239d099e18e1d5a514c739d7cb4a10ad8a788015ac405d7799dc75e7b7d5b6cf2261a6a7f1507438bf01beb6ca3"
			+ "926f9582",
		responderPrivate: "0145ba99a847af43793fdd0e872e7cdfa16be30fdc780f97bccc3f078380201e9c677d600b343757a3bdbf2a3163e4c2f869cca7458aa4a4effc311f5cb15168"
			+ "5eb9",
		responderPublic: "00d0b3975ac4b799f5bea16d5e13e9af971d5e9b984c9f39728b5e5739735a219b97c356436adc6e95bb0352f6be64a6c2912d4ef2d0433ced2b6171640012d9"
			+ "460f015c68226383956e3bd066e797b623c27ce0eac2f551a10c2c724d9852077b87220b6536c5c408a1d2aebb8e86d678ae49cb57091f4732296579ab44fcd1"
			+ "7f0fc56a",
		secret: "01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04d1427e73ca4baa240a34786859810c06b3c715a3a8cc3151f2bee417996d19f3"
			+ "ddea",
	},
	{
		name: "group 31: RFC 7748 6.1",
		group: 31,
		initiatorPrivate: "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
		initiatorPublic: "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
		responderPrivate: "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
		responderPublic: "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
		secret: "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
	},
]);

/** X25519 as a function: scalar (which it clamps), u, result. */
export const x25519Vectors: readonly { readonly name: string; readonly scalar: string; readonly u: string; readonly result: string }[] = Object.freeze([
	{
		name: "RFC 7748 5.2, first",
		scalar: "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
		u: "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
		result: "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
	},
	{
		name: "RFC 7748 5.2, second",
		scalar: "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
		u: "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
		result: "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
	},
	{
		name: "RFC 7748 5.2, after one iteration",
		scalar: "0900000000000000000000000000000000000000000000000000000000000000",
		u: "0900000000000000000000000000000000000000000000000000000000000000",
		result: "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079",
	},
]);

/** Public values of curve25519 whose shared secret is 0 with any private value: the points of small order (RFC 7748 7), canonical and not. */
export const x25519SmallOrder: readonly string[] = Object.freeze([
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]);

/** The curves' primes, which coordinates must be less than, and a y for which (0, y) is a point: a square root of the curve's b. */
export const curvePrimes: readonly { readonly group: DHGroup; readonly prime: string; readonly yAtZero: string }[] = Object.freeze([
	{
		group: 19,
		prime: "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
		yAtZero: "66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4",
	},
	{
		group: 20,
		prime: "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
		yAtZero: "c306610fb0ae5a159cf45c06069f22a6c5eb3641c602d42dea2c4b4f75550793406d80d2b91ad54f9048bd487af1ade1",
	},
	{
		group: 21,
		prime: "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
			+ "ffff",
		yAtZero: "012df13601594a883ef2d935e44bb90bf4d6619b74e52af7552f97769011c0719eb439cfab2a88d40fe59a2bed1f43557169a2d0a2ccd280c607b92bbf51ffe0"
			+ "b078",
	},
]);
