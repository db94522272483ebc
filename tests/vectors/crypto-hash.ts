/**
 * Hashes, HMACs and PBKDF2: the messages of RFC 1321, FIPS 180-4, the CAVP, RFC 2202, RFC 4231 and RFC 7914. The results were computed from
 * the messages with CPython's own modules _md5, _sha1, _sha256 and _sha512 (no OpenSSL in them), HMAC and PBKDF2 written out above them as
 * in RFC 2104 and RFC 8018; one or two of each table were held against the published results, which says that all of it is computed right.
 *
 * All bytes are hexadecimal digits.
 */
import type { HashName } from "../../modules/crypto/types.js";

export interface HashVector {
	readonly name: string;
	readonly hash: HashName;
	readonly data: string;
	readonly digest: string;
}

export interface HMACVector {
	readonly name: string;
	readonly hash: HashName;
	readonly key: string;
	readonly data: string;
	readonly tag: string;
}

export interface DerivationVector {
	readonly name: string;
	readonly password: string;
	readonly salt: string;
	readonly iterations: number;
	readonly derived: string;
}

export const hashVectors: readonly HashVector[] = Object.freeze([
	{
		name: "md5: RFC 1321 A.5, empty",
		hash: "md5",
		data: "",
		digest: "d41d8cd98f00b204e9800998ecf8427e",
	},
	{
		name: "md5: RFC 1321 A.5, 'abc'",
		hash: "md5",
		data: "616263",
		digest: "900150983cd24fb0d6963f7d28e17f72",
	},
	{
		name: "md5: RFC 1321 A.5, more than a block",
		hash: "md5",
		data: "31323334353637383930313233343536373839303132333435363738393031323334353637383930313233343536373839303132333435363738393031323334"
			+ "35363738393031323334353637383930",
		digest: "57edf4a22be3c955ac49da2e2107b67a",
	},
	{
		name: "sha1: FIPS 180-4 example, empty",
		hash: "sha1",
		data: "",
		digest: "da39a3ee5e6b4b0d3255bfef95601890afd80709",
	},
	{
		name: "sha1: FIPS 180-4 example, 'abc'",
		hash: "sha1",
		data: "616263",
		digest: "a9993e364706816aba3e25717850c26c9cd0d89d",
	},
	{
		name: "sha1: FIPS 180-4 example, more than a block",
		hash: "sha1",
		data: "6162636462636465636465666465666765666768666768696768696a68696a6b696a6b6c6a6b6c6d6b6c6d6e6c6d6e6f6d6e6f706e6f7071",
		digest: "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
	},
	{
		name: "sha256: FIPS 180-4 example, empty",
		hash: "sha256",
		data: "",
		digest: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	},
	{
		name: "sha256: FIPS 180-4 example, 'abc'",
		hash: "sha256",
		data: "616263",
		digest: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	},
	{
		name: "sha256: FIPS 180-4 example, more than a block",
		hash: "sha256",
		data: "6162636462636465636465666465666765666768666768696768696a68696a6b696a6b6c6a6b6c6d6b6c6d6e6c6d6e6f6d6e6f706e6f7071",
		digest: "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
	},
	{
		name: "sha384: FIPS 180-4 example, empty",
		hash: "sha384",
		data: "",
		digest: "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b",
	},
	{
		name: "sha384: FIPS 180-4 example, 'abc'",
		hash: "sha384",
		data: "616263",
		digest: "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
	},
	{
		name: "sha384: FIPS 180-4 example, more than a block",
		hash: "sha384",
		data: "61626364656667686263646566676869636465666768696a6465666768696a6b65666768696a6b6c666768696a6b6c6d6768696a6b6c6d6e68696a6b6c6d6e6f"
			+ "696a6b6c6d6e6f706a6b6c6d6e6f70716b6c6d6e6f7071726c6d6e6f707172736d6e6f70717273746e6f707172737475",
		digest: "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa91746039",
	},
	{
		name: "sha512: FIPS 180-4 example, empty",
		hash: "sha512",
		data: "",
		digest: "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
	},
	{
		name: "sha512: FIPS 180-4 example, 'abc'",
		hash: "sha512",
		data: "616263",
		digest: "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
	},
	{
		name: "sha512: FIPS 180-4 example, more than a block",
		hash: "sha512",
		data: "61626364656667686263646566676869636465666768696a6465666768696a6b65666768696a6b6c666768696a6b6c6d6768696a6b6c6d6e68696a6b6c6d6e6f"
			+ "696a6b6c6d6e6f706a6b6c6d6e6f70716b6c6d6e6f7071726c6d6e6f707172736d6e6f70717273746e6f707172737475",
		digest: "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909",
	},
	{
		name: "sha256: CAVP SHA256ShortMsg, 8 bits",
		hash: "sha256",
		data: "d3",
		digest: "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1",
	},
	{
		name: "sha256: CAVP SHA256ShortMsg, 16 bits",
		hash: "sha256",
		data: "11af",
		digest: "5ca7133fa735326081558ac312c620eeca9970d1e70a4b95533d956f072d1f98",
	},
]);

export const hmacVectors: readonly HMACVector[] = Object.freeze([
	{
		name: "md5: RFC 2202 2, case 1",
		hash: "md5",
		key: "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
		data: "4869205468657265",
		tag: "9294727a3638bb1c13f48ef8158bfc9d",
	},
	{
		name: "md5: RFC 2202 2, case 2",
		hash: "md5",
		key: "4a656665",
		data: "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
		tag: "750c783e6ab0b503eaa86e310a5db738",
	},
	{
		name: "md5: RFC 2202 2, case 3",
		hash: "md5",
		key: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		data: "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
		tag: "56be34521d144c88dbb8c733f0e8b3f6",
	},
	{
		name: "md5: RFC 2202 2, case 4",
		hash: "md5",
		key: "0102030405060708090a0b0c0d0e0f10111213141516171819",
		data: "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
		tag: "697eaf0aca3a3aea3a75164746ffaa79",
	},
	{
		name: "md5: RFC 2202 2, case 5",
		hash: "md5",
		key: "0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c",
		data: "546573742057697468205472756e636174696f6e",
		tag: "56461ef2342edc00f9bab995690efd4c",
	},
	{
		name: "md5: RFC 2202 2, case 6",
		hash: "md5",
		key: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			+ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		data: "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374",
		tag: "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd",
	},
	{
		name: "md5: RFC 2202 2, case 7",
		hash: "md5",
		key: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			+ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		data: "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b657920616e64204c6172676572205468616e204f6e6520426c6f636b2d"
			+ "53697a652044617461",
		tag: "6f630fad67cda0ee1fb1f562db3aa53e",
	},
	{
		name: "sha1: RFC 2202 3, case 1",
		hash: "sha1",
		key: "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
		data: "4869205468657265",
		tag: "b617318655057264e28bc0b6fb378c8ef146be00",
	},
	{
		name: "sha1: RFC 2202 3, case 2",
		hash: "sha1",
		key: "4a656665",
		data: "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
		tag: "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
	},
	{
		name: "sha1: RFC 2202 3, case 3",
		hash: "sha1",
		key: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		data: "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
		tag: "125d7342b9ac11cd91a39af48aa17b4f63f175d3",
	},
	{
		name: "sha1: RFC 2202 3, case 4",
		hash: "sha1",
		key: "0102030405060708090a0b0c0d0e0f10111213141516171819",
		data: "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
		tag: "4c9007f4026250c6bc8414f9bf50c86c2d7235da",
	},
	{
		name: "sha1: RFC 2202 3, case 5",
		hash: "sha1",
		key: "0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c",
		data: "546573742057697468205472756e636174696f6e",
		tag: "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04",
	},
	{
		name: "sha1: RFC 2202 3, case 6",
		hash: "sha1",
		key: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			+ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		data: "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374",
		tag: "aa4ae5e15272d00e95705637ce8a3b55ed402112",
	},
	{
		name: "sha1: RFC 2202 3, case 7",
		hash: "sha1",
		key: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			+ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		data: "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b657920616e64204c6172676572205468616e204f6e6520426c6f636b2d"
			+ "53697a652044617461",
		tag: "e8e99d0f45237d786d6bbaa7965c7808bbff1a91",
	},
	{
		name: "sha256: RFC 4231 4.2",
		hash: "sha256",
		key: "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
		data: "4869205468657265",
		tag: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
	},
	{
		name: "sha256: RFC 4231 4.3",
		hash: "sha256",
		key: "4a656665",
		data: "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
		tag: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
	},
	{
		name: "sha256: RFC 4231 4.4",
		hash: "sha256",
		key: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		data: "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
		tag: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
	},
	{
		name: "sha256: RFC 4231 4.5",
		hash: "sha256",
		key: "0102030405060708090a0b0c0d0e0f10111213141516171819",
		data: "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
		tag: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
	},
	{
		name: "sha256: RFC 4231 4.7",
		hash: "sha256",
		key: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			+ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			+ "aaaaaa",
		data: "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374",
		tag: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
	},
	{
		name: "sha256: RFC 4231 4.8",
		hash: "sha256",
		key: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			+ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			+ "aaaaaa",
		data: "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206b657920616e642061206c61726765722074"
			+ "68616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565647320746f20626520686173686564206265666f7265206265696e6720757365"
			+ "642062792074686520484d414320616c676f726974686d2e",
		tag: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
	},
	{
		name: "sha384: RFC 4231 4.2",
		hash: "sha384",
		key: "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
		data: "4869205468657265",
		tag: "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
	},
	{
		name: "sha384: RFC 4231 4.3",
		hash: "sha384",
		key: "4a656665",
		data: "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
		tag: "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
	},
	{
		name: "sha384: RFC 4231 4.4",
		hash: "sha384",
		key: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		data: "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
		tag: "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b2a5ab39dc13814b94e3ab6e101a34f27",
	},
	{
		name: "sha384: RFC 4231 4.5",
		hash: "sha384",
		key: "0102030405060708090a0b0c0d0e0f10111213141516171819",
		data: "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
		tag: "3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e6801dd23c4a7d679ccf8a386c674cffb",
	},
	{
		name: "sha384: RFC 4231 4.7",
		hash: "sha384",
		key: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			+ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			+ "aaaaaa",
		data: "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374",
		tag: "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952",
	},
	{
		name: "sha384: RFC 4231 4.8",
		hash: "sha384",
		key: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			+ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			+ "aaaaaa",
		data: "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206b657920616e642061206c61726765722074"
			+ "68616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565647320746f20626520686173686564206265666f7265206265696e6720757365"
			+ "642062792074686520484d414320616c676f726974686d2e",
		tag: "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5a678cc31e799176d3860e6110c46523e",
	},
	{
		name: "sha512: RFC 4231 4.2",
		hash: "sha512",
		key: "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
		data: "4869205468657265",
		tag: "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
	},
	{
		name: "sha512: RFC 4231 4.3",
		hash: "sha512",
		key: "4a656665",
		data: "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
		tag: "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
	},
	{
		name: "sha512: RFC 4231 4.4",
		hash: "sha512",
		key: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		data: "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
		tag: "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb",
	},
	{
		name: "sha512: RFC 4231 4.5",
		hash: "sha512",
		key: "0102030405060708090a0b0c0d0e0f10111213141516171819",
		data: "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
		tag: "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3dba91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd",
	},
	{
		name: "sha512: RFC 4231 4.7",
		hash: "sha512",
		key: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			+ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			+ "aaaaaa",
		data: "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374",
		tag: "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598",
	},
	{
		name: "sha512: RFC 4231 4.8",
		hash: "sha512",
		key: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			+ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			+ "aaaaaa",
		data: "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206b657920616e642061206c61726765722074"
			+ "68616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565647320746f20626520686173686564206265666f7265206265696e6720757365"
			+ "642062792074686520484d414320616c676f726974686d2e",
		tag: "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58",
	},
	{
		name: "sha256: no key, no data",
		hash: "sha256",
		key: "",
		data: "",
		tag: "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad",
	},
]);

export const derivationVectors: readonly DerivationVector[] = Object.freeze([
	{
		name: "RFC 7914 11, 1 iteration",
		password: "706173737764",
		salt: "73616c74",
		iterations: 1,
		derived: "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783",
	},
	{
		name: "RFC 7914 11, 80000 iterations",
		password: "50617373776f7264",
		salt: "4e61436c",
		iterations: 80000,
		derived: "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d",
	},
	{
		name: "RFC 6070's second case with SHA-256",
		password: "70617373776f7264",
		salt: "73616c74",
		iterations: 2,
		derived: "ae4d0c95af6b46d32d0adff928f06dd02a303f8ef3c251dfd6e2d85a95474c43",
	},
	{
		name: "password with a zero byte",
		password: "7061737300776f7264",
		salt: "7361006c74",
		iterations: 4096,
		derived: "89b69d0516f829893c696226650a8687",
	},
]);
