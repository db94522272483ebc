import test from "ava";
import {
	authenticationName, authentications, encryptionName, encryptions, groups, hashes, hashName, isCBC, isWeak
} from "../../../modules/crypto/algorithms.js";
import type { AuthenticationName, DHGroup, EncryptionName, HashName } from "../../../modules/crypto/types.js";

test("every hash is found by its number, and no other number is a hash", (t) => {
	for (const name of Object.keys(hashes) as HashName[])
		t.is(hashName(hashes[name].number), name);
	t.is(hashName(0), undefined);
	t.is(hashName(6), undefined);
});

test("every cipher is found by its number, and no other number is a cipher", (t) => {
	for (const name of Object.keys(encryptions) as EncryptionName[])
		t.is(encryptionName(encryptions[name].number), name);
	t.is(encryptionName(-1), undefined);
	t.is(encryptionName(10), undefined);
});

test("every authentication algorithm uses the whole digest as key and is found by its hash", (t) => {
	for (const name of Object.keys(authentications) as AuthenticationName[]) {
		const { hash, keySize, icvSize } = authentications[name];
		t.is(authenticationName(hash), name);
		t.is(keySize, hashes[hash].size);
		t.is(icvSize * 8, Number(name.slice(name.lastIndexOf("-") + 1)));
	}
});

test("an AEAD has a tag of 16 bytes and a salt, CBC has neither", (t) => {
	for (const name of Object.keys(encryptions) as EncryptionName[]) {
		const { icvSize, saltSize, blockSize, ivSize } = encryptions[name];
		t.is(icvSize, name.includes("gcm") ? 16 : 0, name);
		t.is(saltSize, name.includes("gcm") || name.includes("ctr") ? 4 : 0, name);
		if (isCBC(name))
			t.is(ivSize, blockSize, name);
		t.is(isCBC(name), name.endsWith("-cbc"), name);
	}
});

test("weak is what interfaces.md names: 3DES, MD5, SHA-1, groups 2 and 5", (t) => {
	const encryption = (Object.keys(encryptions) as EncryptionName[]).filter(isWeak);
	const hash = (Object.keys(hashes) as HashName[]).filter(isWeak);
	const authentication = (Object.keys(authentications) as AuthenticationName[]).filter(isWeak);
	const group = Object.keys(groups).map(Number).filter((number) => isWeak(number as DHGroup));
	t.deepEqual(encryption, ["3des-cbc"]);
	t.deepEqual(hash, ["md5", "sha1"]);
	t.deepEqual(authentication, ["hmac-md5-96", "hmac-sha1-96"]);
	t.deepEqual(group, [2, 5]);
});

test("tables cannot be changed", (t) => {
	t.true(Object.isFrozen(hashes) && Object.isFrozen(hashes.md5));
	t.true(Object.isFrozen(encryptions) && Object.isFrozen(encryptions.null));
	t.true(Object.isFrozen(authentications) && Object.isFrozen(authentications["hmac-md5-96"]));
	t.true(Object.isFrozen(groups) && Object.isFrozen(groups[2]));
});
