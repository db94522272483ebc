/*
 * What a gateway SoC's crypto accelerator offers, as one C interface. Backends: OpenSSL 3 (openssl/) and mbedTLS 2.28 or 4 (mbedtls/).
 * No function keeps a pointer after it returns unless it says so. All sizes are bytes, all numbers big-endian.
 */
#ifndef KEYGATE_ACCELERATOR_H
#define KEYGATE_ACCELERATOR_H

#include <stddef.h>
#include <stdint.h>

/* ---- results ---- */
enum {
	kAcceleratorOK = 0,
	kAcceleratorRefused = -1,	/* the input is one that must not be used: bad tag, bad public value */
	kAcceleratorBadSize = -2,	/* a size that the algorithm cannot have */
	kAcceleratorFailed = -3,	/* the library or the hardware failed */
	kAcceleratorFull = -4,		/* no job, no context free */
};

/* ---- algorithms: the numbers are keygate's own, the same in TypeScript (modules/crypto/algorithms.ts) ---- */
enum { kHashMD5 = 1, kHashSHA1, kHashSHA256, kHashSHA384, kHashSHA512 };
enum {
	kCipherNull = 0, kCipher3DESCBC, kCipherAES128CBC, kCipherAES192CBC, kCipherAES256CBC,
	kCipherAES128GCM, kCipherAES192GCM, kCipherAES256GCM, kCipherAES128CTR, kCipherAES256CTR
};
#define kMaximumHashSize 64
#define kMaximumSharedSecretSize 1024
#define kMaximumPrivateValueSize 512

/* Before anything else; once more after accelerator_shutdown. All functions but accelerator_zero are for one thread. */
int accelerator_initialize(void);
const char* accelerator_description(void);	/* "openssl 3.0.17" */

/* Whether the library has a cipher at all: mbedTLS 4 has no 3DES. One that it has not is kAcceleratorBadSize wherever it is asked for. */
int accelerator_offers(int cipher);

/* ---- at once ---- */
int accelerator_random(uint8_t* out, size_t size);
int accelerator_equal(const uint8_t* a, const uint8_t* b, size_t size);	/* 1 or 0, constant time */
void accelerator_zero(void* memory, size_t size);	/* not optimised away */
int accelerator_hash(int hash, const uint8_t* data, size_t size, uint8_t* out);
int accelerator_derive_key(const uint8_t* password, size_t passwordSize, const uint8_t* salt, size_t saltSize, unsigned iterations, uint8_t* out, size_t outSize);
/* AES-GCM in place, `iv` of 12 bytes, tag of 16. Not encrypting: kAcceleratorRefused when the tag is wrong, and data is then worthless. */
int accelerator_gcm(int cipher, int encrypt, const uint8_t* key, size_t keySize, const uint8_t* iv, const uint8_t* aad, size_t aadSize, uint8_t* data, size_t size, uint8_t* tag);
/* CBC without padding; in and out may be the same. */
int accelerator_cbc(int cipher, int encrypt, const uint8_t* key, size_t keySize, const uint8_t* iv, const uint8_t* in, size_t size, uint8_t* out);

/* ---- HMAC, incremental; the state lives in the caller's memory ---- */
typedef struct { uint64_t opaque[64]; } AcceleratorHMAC;
int accelerator_hmac_start(AcceleratorHMAC* hmac, int hash, const uint8_t* key, size_t keySize);
int accelerator_hmac_update(AcceleratorHMAC* hmac, const uint8_t* data, size_t size);
int accelerator_hmac_finish(AcceleratorHMAC* hmac, uint8_t* out);	/* the whole tag; also releases; call exactly once after start */

/*
 * ---- packet contexts: one for each protocol of a live SA (two of AH and ESP), from a pool fixed at start, keyed once ----
 * A context holds the expanded keys of a cipher (AEAD, CBC, CTR or null) and of an HMAC; packets are worked in place.
 */
typedef struct AcceleratorContext AcceleratorContext;
/* `hash` 0: no HMAC. NULL when the pool is empty, a size is wrong or the library fails; *result says which. */
AcceleratorContext* accelerator_context_open(int cipher, const uint8_t* key, size_t keySize, int hash, const uint8_t* hashKey, size_t hashKeySize, int encrypt, int* result);
void accelerator_context_close(AcceleratorContext* context);	/* zeroes the keys; NULL is allowed */
/*
 * Seal: encrypts `data` of `size` in place. AEAD: `iv` is the 12-byte nonce, `aad` is authenticated too, the tag (16) goes to `tag`.
 * CBC and CTR: `iv` is one block (CTR: the initial counter block), no tag: authenticate with accelerator_context_hmac.
 */
int accelerator_context_seal(AcceleratorContext* context, const uint8_t* iv, const uint8_t* aad, size_t aadSize, uint8_t* data, size_t size, uint8_t* tag);
/* Open: the reverse; AEAD answers kAcceleratorRefused when the tag is wrong, and data is then worthless. */
int accelerator_context_open_packet(AcceleratorContext* context, const uint8_t* iv, const uint8_t* aad, size_t aadSize, uint8_t* data, size_t size, const uint8_t* tag);
/* HMAC over one or two runs of bytes with the context's hash key (the second for sequence number high bits); `tagSize` bytes of it are written. */
int accelerator_context_hmac(AcceleratorContext* context, const uint8_t* data, size_t size, const uint8_t* more, size_t moreSize, uint8_t* tag, size_t tagSize);

/*
 * ---- runs: what some backends do faster for several packets than for one after the other ----
 * Between begin and end a backend may leave work undone, so that packets stay where they are and nobody looks at them until the end. 0: this one does nothing of the
 * kind for `count` packets, and all is done at once; the end may come all the same.
 */
int accelerator_run_begin(unsigned count);
/* kAcceleratorFailed: nothing that was sealed since the beginning may be used. */
int accelerator_run_end(void);
/*
 * Cipher, not an AEAD, and HMAC in one: encrypts what follows the first `plain` bytes of `packet`, of `size` in all, and writes the HMAC of all of it to `tag`. In a run it may
 * be done at its end.
 */
int accelerator_context_protect(AcceleratorContext* context, const uint8_t* iv, uint8_t* packet, size_t plain, size_t size, uint8_t* tag, size_t tagSize);
/*
 * In a run: accelerator_context_hmac will be asked for the same of these bytes, which do not change until then. Worth saying of many packets, before the first is asked
 * for, in the same order.
 */
void accelerator_context_expect(AcceleratorContext* context, const uint8_t* data, size_t size);

/*
 * ---- Diffie-Hellman, RSA signatures, and what takes longer: jobs, answered later ----
 * A backend may work them in another thread or in hardware: submit never blocks, collect never waits.
 * Public values: MODP padded to the prime's size, ECP x|y, curve25519 32 bytes. Shared secrets: MODP padded, ECP x only (RFC 5903 9),
 * curve25519 32 bytes. Refused: MODP 0, 1, p-1 and what is not less than p; ECP points that are not on the curve; on curve25519 what leads
 * to the secret 0 (RFC 7748 6.1); a private value of 0.
 */
typedef struct {
	uint32_t id;	/* the caller's */
	uint32_t owner;	/* the caller's: results may be collected for one owner; 0 is allowed */
	int group;
	int kind;	/* kJobGenerate, kJobAgree */
	int result;	/* kAcceleratorOK, ...: valid after collect; when it is not OK there are no values */
	size_t privateSize, publicSize, secretSize;
	uint8_t privateValue[kMaximumPrivateValueSize];
	uint8_t publicValue[kMaximumSharedSecretSize];	/* generate: out, ours; agree: in, the peer's */
	uint8_t secret[kMaximumSharedSecretSize];
} AcceleratorJob;
/*
 * kJobSign: the RSA signature of IKEv1 (RFC 2409 5.1: PKCS #1 block type 1 over the hash itself, without DigestInfo). `group` is the number of
 * an own certificate (certificates.h), `publicValue` the hash, `secret` the signature.
 */
enum { kJobGenerate = 1, kJobAgree, kJobSign, kJobDerive, kJobRequest, kJobImport };
/*
 * The last three may take seconds, so nothing else waits behind them, and there is one of them at a time:
 * kJobDerive: PBKDF2 with HMAC-SHA-256. `group` iterations, `privateValue` the password, `publicValue` the salt; `secret` 32 bytes. With few iterations it
 * goes with the others, so that a password is verified while an RSA key is made.
 * kJobRequest: a new RSA key and a signing request (credentials.h). `group` is the size in bits, `publicValue` the subject, a zero byte, and the
 * alternative names.
 * kJobImport: reads what credentials_submit() was given, `privateValue` is the passphrase; `secret` is the outcome (credentials.h).
 */
/* Copies it. kAcceleratorFull when DH_JOBS (or one of those that take long) wait, run or are not collected; kAcceleratorBadSize for an unknown group, kind or size. */
int accelerator_submit(const AcceleratorJob* job);
int accelerator_collect(AcceleratorJob* job);	/* 1: a finished job was copied out and zeroed inside; 0: none */
int accelerator_collect_of(uint32_t owner, AcceleratorJob* job);	/* the same, of one owner's jobs */
/*
 * Forgets the jobs of `owner` (0: all jobs), finished or not, and zeroes them; of one that is being worked the result is thrown away. The
 * host cancels all when the machine that asked for them is gone.
 */
void accelerator_cancel(uint32_t owner);
/*
 * Readable while a finished job waits, or after accelerator_notify() until a collect finds nothing; -1 where the backend needs polling.
 * The host never reads it.
 */
int accelerator_notify_descriptor(void);
void accelerator_notify(void);
void accelerator_shutdown(void);	/* waits for the job that is being worked, forgets the others, closes all contexts */

#endif
