/**
 * Ciphers: `cbcVectors` for what the control plane encrypts at once, `packetVectors` for what packet contexts do (GCM with its nonce, CTR
 * with its initial counter block). From RFC 3602, SP 800-38A, the CAVP, the GCM specification of McGrew and Viega, draft-mcgrew-gcm-test-01
 * and RFC 3686; each was computed once more with libgcrypt 1.10.1 and was the same (of GCM the published tags were held against it, of the
 * draft the beginning of its text). The last of GCM is libgcrypt's alone.
 *
 * All bytes are hexadecimal digits.
 */
import type { CBCName, EncryptionName } from "../../modules/crypto/types.js";

export interface CBCVector {
	readonly name: string;
	readonly cipher: CBCName;
	readonly key: string;
	readonly iv: string;
	readonly plain: string;
	readonly sealed: string;
}

export interface PacketVector {
	readonly name: string;
	readonly cipher: EncryptionName;
	readonly key: string;
	/** What accelerator_context_seal gets: nonce (salt and IV) of GCM, initial counter block of CTR. */
	readonly iv: string;
	readonly aad: string;
	readonly plain: string;
	readonly sealed: string;
	readonly tag: string;
}

export const cbcVectors: readonly CBCVector[] = Object.freeze([
	{
		name: "aes-128-cbc: RFC 3602 4, case 1",
		cipher: "aes-128-cbc",
		key: "06a9214036b8a15b512e03d534120006",
		iv: "3dafba429d9eb430b422da802c9fac41",
		plain: "53696e676c6520626c6f636b206d7367",
		sealed: "e353779c1079aeb82708942dbe77181a",
	},
	{
		name: "aes-128-cbc: RFC 3602 4, case 2",
		cipher: "aes-128-cbc",
		key: "c286696d887c9aa0611bbb3e2025a45a",
		iv: "562e17996d093d28ddb3ba695a2e6f58",
		plain: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		sealed: "d296cd94c2cccf8a3a863028b5e1dc0a7586602d253cfff91b8266bea6d61ab1",
	},
	{
		name: "aes-128-cbc: RFC 3602 4, case 3",
		cipher: "aes-128-cbc",
		key: "6c3ea0477630ce21a2ce334aa746c2cd",
		iv: "c782dc4c098c66cbd9cd27d825682c81",
		plain: "5468697320697320612034382d62797465206d657373616765202865786163746c7920332041455320626c6f636b7329",
		sealed: "d0a02b3836451753d493665d33f0e8862dea54cdb293abc7506939276772f8d5021c19216bad525c8579695d83ba2684",
	},
	{
		name: "aes-128-cbc: RFC 3602 4, case 4",
		cipher: "aes-128-cbc",
		key: "56e47a38c5598974bc46903dba290349",
		iv: "8ce82eefbea0da3c44699ed7db51b7d9",
		plain: "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf",
		sealed: "c30e32ffedc0774e6aff6af0869f71aa0f3af07a9a31a9c684db207eb0ef8e4e35907aa632c3ffdf868bb7b29d3d46ad83ce9f9a102ee99d49a53e87f4c3da55",
	},
	{
		name: "aes-128-cbc: CAVP CBCMMT128 encrypt 0",
		cipher: "aes-128-cbc",
		key: "1f8e4973953f3fb0bd6b16662e9a3c17",
		iv: "2fe2b333ceda8f98f4a99b40d2cd34a8",
		plain: "45cf12964fc824ab76616ae2f4bf0822",
		sealed: "0f61c4d44c5147c03c195ad7e2cc12b2",
	},
	{
		name: "aes-192-cbc: CAVP CBCMMT192 encrypt 0",
		cipher: "aes-192-cbc",
		key: "ba75f4d1d9d7cf7f551445d56cc1a8ab2a078e15e049dc2c",
		iv: "531ce78176401666aa30db94ec4a30eb",
		plain: "c51fc276774dad94bcdc1d2891ec8668",
		sealed: "70dd95a14ee975e239df36ff4aee1d5d",
	},
	{
		name: "aes-256-cbc: CAVP CBCMMT256 encrypt 0",
		cipher: "aes-256-cbc",
		key: "6ed76d2d97c69fd1339589523931f2a6cff554b15f738f21ec72dd97a7330907",
		iv: "851e8764776e6796aab722dbb644ace8",
		plain: "6282b8c05c5c1530b97d4816ca434762",
		sealed: "6acc04142e100a65f51b97adf5172c41",
	},
	{
		name: "aes-192-cbc: SP 800-38A F.2.3",
		cipher: "aes-192-cbc",
		key: "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
		iv: "000102030405060708090a0b0c0d0e0f",
		plain: "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
		sealed: "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a571b242012fb7ae07fa9baac3df102e008b0e27988598881d920a9e64f5615cd",
	},
	{
		name: "aes-256-cbc: SP 800-38A F.2.5",
		cipher: "aes-256-cbc",
		key: "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
		iv: "000102030405060708090a0b0c0d0e0f",
		plain: "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
		sealed: "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b",
	},
	{
		name: "3des-cbc: CAVP TCBCMMT3 encrypt 0",
		cipher: "3des-cbc",
		key: "b5cb1504802326c73df186e3e352a20de643b0d63ee30e37",
		iv: "43f791134c5647ba",
		plain: "dcc153cef81d6f24",
		sealed: "92538bd8af18d3ba",
	},
	{
		name: "3des-cbc: CAVP TCBCMMT3 encrypt 3",
		cipher: "3des-cbc",
		key: "d98aadc76d4a3716158c32866efbb9ce834af2297379a49d",
		iv: "3c5220327c502b44",
		plain: "6174079dda53ca723ebf00a66837f8d5ce648c08acaa5ee45ffe62210ef79d3e",
		sealed: "f5bd4d600bed77bec78409e3530ebda1d815506ed53103015b87e371ae000958",
	},
	{
		name: "3des-cbc: CAVP TCBCMMT3 decrypt 6",
		cipher: "3des-cbc",
		key: "0145d5831570572a988a70ae92bcaebae9d937feb945adba",
		iv: "528fac8461ccf9d4",
		plain: "9e8c6589d776b75ee82c067f318ffb6cc12a8aeffb8f0c28d699f1e2f17489411cd1ec9c7f279928221943001c435302d81fad63d038346d",
		sealed: "188607517e89a4d042b5f59ed6498d16f3a5a1a425b7b2da89b76cc0d514cf6c9aae8cd3c645b2df6d3189c2c954be897f4ec1f423ef6c85",
	},
]);

export const packetVectors: readonly PacketVector[] = Object.freeze([
	{
		name: "aes-128-gcm-16: GCM specification, case 1",
		cipher: "aes-128-gcm-16",
		key: "00000000000000000000000000000000",
		iv: "000000000000000000000000",
		aad: "",
		plain: "",
		sealed: "",
		tag: "58e2fccefa7e3061367f1d57a4e7455a",
	},
	{
		name: "aes-128-gcm-16: GCM specification, case 2",
		cipher: "aes-128-gcm-16",
		key: "00000000000000000000000000000000",
		iv: "000000000000000000000000",
		aad: "",
		plain: "00000000000000000000000000000000",
		sealed: "0388dace60b6a392f328c2b971b2fe78",
		tag: "ab6e47d42cec13bdf53a67b21257bddf",
	},
	{
		name: "aes-128-gcm-16: GCM specification, case 3",
		cipher: "aes-128-gcm-16",
		key: "feffe9928665731c6d6a8f9467308308",
		iv: "cafebabefacedbaddecaf888",
		aad: "",
		plain: "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
		sealed: "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985",
		tag: "4d5c2af327cd64a62cf35abd2ba6fab4",
	},
	{
		name: "aes-128-gcm-16: GCM specification, case 4",
		cipher: "aes-128-gcm-16",
		key: "feffe9928665731c6d6a8f9467308308",
		iv: "cafebabefacedbaddecaf888",
		aad: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
		plain: "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
		sealed: "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
		tag: "5bc94fbc3221a5db94fae95ae7121a47",
	},
	{
		name: "aes-128-gcm-16: CAVP gcmEncryptExtIV128, no text",
		cipher: "aes-128-gcm-16",
		key: "11754cd72aec309bf52f7687212e8957",
		iv: "3c819d9a9bed087615030b65",
		aad: "",
		plain: "",
		sealed: "",
		tag: "250327c674aaf477aef2675748cf6971",
	},
	{
		name: "aes-192-gcm-16: GCM specification, case 9",
		cipher: "aes-192-gcm-16",
		key: "feffe9928665731c6d6a8f9467308308feffe9928665731c",
		iv: "cafebabefacedbaddecaf888",
		aad: "",
		plain: "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
		sealed: "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda2710acade256",
		tag: "9924a7c8587336bfb118024db8674a14",
	},
	{
		name: "aes-192-gcm-16: GCM specification, case 10",
		cipher: "aes-192-gcm-16",
		key: "feffe9928665731c6d6a8f9467308308feffe9928665731c",
		iv: "cafebabefacedbaddecaf888",
		aad: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
		plain: "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
		sealed: "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda2710",
		tag: "2519498e80f1478f37ba55bd6d27618c",
	},
	{
		name: "aes-256-gcm-16: GCM specification, case 15",
		cipher: "aes-256-gcm-16",
		key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
		iv: "cafebabefacedbaddecaf888",
		aad: "",
		plain: "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
		sealed: "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
		tag: "b094dac5d93471bdec1a502270e3cc6c",
	},
	{
		name: "aes-256-gcm-16: GCM specification, case 16",
		cipher: "aes-256-gcm-16",
		key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
		iv: "cafebabefacedbaddecaf888",
		aad: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
		plain: "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
		sealed: "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
		tag: "76fc6ece0f4e1768cddf8853bb2d551b",
	},
	{
		name: "aes-128-gcm-16: draft-mcgrew-gcm-test-01, ESP with 64-bit sequence numbers",
		cipher: "aes-128-gcm-16",
		key: "4c80cdefbb5d10da906ac73c3613a634",
		iv: "2e443b684956ed7e3b244cfe",
		aad: "000043218765432100000000",
		plain: "45000048699a000080114db7c0a80102c0a801010a9bf15638d3010000010000000000000000045f736970045f75647003736970096379626572636974790264"
			+ "6b000021000101020201",
		sealed: "fecf537e729d5b07dc30df528dd22b768d1b98736696a6fd348509fa13ceac34cfa2436f10fc84f966ff7480cfa45b5e7fb17e0bf4f4e37241b5bca7f0a452aa"
			+ "0a9d17f769fe943109ca",
		tag: "9f38f8df38680ed5c7ae02d8bdf1eb0b",
	},
	{
		name: "aes-128-gcm-16: ESP with 32-bit sequence numbers",
		cipher: "aes-128-gcm-16",
		key: "4c80cdefbb5d10da906ac73c3613a634",
		iv: "2e443b684956ed7e3b244cfe",
		aad: "0000432187654321",
		plain: "45000048699a000080114db7c0a80102c0a801010a9bf15638d3010000010000000000000000045f736970045f75647003736970096379626572636974790264"
			+ "6b000021000101020201",
		sealed: "fecf537e729d5b07dc30df528dd22b768d1b98736696a6fd348509fa13ceac34cfa2436f10fc84f966ff7480cfa45b5e7fb17e0bf4f4e37241b5bca7f0a452aa"
			+ "0a9d17f769fe943109ca",
		tag: "05f8a3f92e9905f791b13347f099c676",
	},
	{
		name: "aes-128-ctr: RFC 3686 6, vector 1",
		cipher: "aes-128-ctr",
		key: "ae6852f8121067cc4bf7a5765577f39e",
		iv: "00000030000000000000000000000001",
		aad: "",
		plain: "53696e676c6520626c6f636b206d7367",
		sealed: "e4095d4fb7a7b3792d6175a3261311b8",
		tag: "",
	},
	{
		name: "aes-128-ctr: RFC 3686 6, vector 2",
		cipher: "aes-128-ctr",
		key: "7e24067817fae0d743d6ce1f32539163",
		iv: "006cb6dbc0543b59da48d90b00000001",
		aad: "",
		plain: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		sealed: "5104a106168a72d9790d41ee8edad388eb2e1efc46da57c8fce630df9141be28",
		tag: "",
	},
	{
		name: "aes-128-ctr: RFC 3686 6, vector 3",
		cipher: "aes-128-ctr",
		key: "7691be035e5020a8ac6e618529f9a0dc",
		iv: "00e0017b27777f3f4a1786f000000001",
		aad: "",
		plain: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223",
		sealed: "c1cf48a89f2ffdd9cf4652e9efdb72d74540a42bde6d7836d59a5ceaaef3105325b2072f",
		tag: "",
	},
	{
		name: "aes-256-ctr: RFC 3686 6, vector 7",
		cipher: "aes-256-ctr",
		key: "776beff2851db06f4c8a0542c8696f6c6a81af1eec96b4d37fc1d689e6c1c104",
		iv: "00000060db5672c97aa8f0b200000001",
		aad: "",
		plain: "53696e676c6520626c6f636b206d7367",
		sealed: "145ad01dbf824ec7560863dc71e3e0c0",
		tag: "",
	},
	{
		name: "aes-256-ctr: RFC 3686 6, vector 8",
		cipher: "aes-256-ctr",
		key: "f6d66d6bd52d59bb0796365879eff886c66dd51a5b6a99744b50590c87a23884",
		iv: "00faac24c1585ef15a43d87500000001",
		aad: "",
		plain: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		sealed: "f05e231b3894612c49ee000b804eb2a9b8306b508f839d6a5530831d9344af1c",
		tag: "",
	},
	{
		name: "aes-256-ctr: RFC 3686 6, vector 9",
		cipher: "aes-256-ctr",
		key: "ff7a617ce69148e4f1726e2f43581de2aa62d9f805532edff1eed687fb54153d",
		iv: "001cc5b751a51d70a1c1114800000001",
		aad: "",
		plain: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223",
		sealed: "eb6c52821d0bbbf7ce7594462aca4faab407df866569fd07f48cc0b583d6071f1ec0e6b8",
		tag: "",
	},
]);
