/*
 * AES-GCM of packets (RFC 4106): nonces of 12 bytes, tags of 16. It is mbedTLS's, or, with KEYGATE_OWN_GCM, the host's own where the processor multiplies
 * polynomials (hosts/riscv/zkn_gcm.c).
 */
#ifndef KEYGATE_PACKETGCM_H
#define KEYGATE_PACKETGCM_H

#include "library.h"
#include <stddef.h>
#include <stdint.h>

#ifdef KEYGATE_OWN_GCM
typedef struct {
	mbedtls_aes_context aes;
	uint32_t multiplier[4];
} OwnGCM;

int owngcm_is_available(void);
int owngcm_set_key(OwnGCM* gcm, const uint8_t* key, unsigned bits);	/* 0 when all went well */
/* In place; `tag` is what the packet's is or should be. */
void owngcm_crypt(const OwnGCM* gcm, int encrypt, const uint8_t* iv, const uint8_t* aad, size_t aadSize, uint8_t* data, size_t size, uint8_t tag[16]);
#endif

/*
 * What is kept of a key. mbedTLS 2.28 has three times as much in a context as follows from the key: a context is put together from this for each packet. That of
 * mbedTLS 4 is kept as it is.
 */
#if MBEDTLS_VERSION_NUMBER < 0x04000000
typedef struct {
	mbedtls_aes_context aes;
	uint64_t low[4], high[4];	/* of its table of multiples the four that the others are sums of */
} GCMKey;
#else
typedef mbedtls_gcm_context GCMKey;
#endif

typedef struct {
	int isOwn;
	union {
		GCMKey library;
#ifdef KEYGATE_OWN_GCM
		OwnGCM own;
#endif
	};
} PacketGCM;

int packetgcm_set_key(PacketGCM* gcm, const uint8_t* key, unsigned bits);	/* 0 when all went well */
void packetgcm_clear(PacketGCM* gcm);	/* zeroes it */
/* kAcceleratorOK, kAcceleratorRefused for a wrong tag, or kAcceleratorFailed. */
int packetgcm_seal(PacketGCM* gcm, const uint8_t* iv, const uint8_t* aad, size_t aadSize, uint8_t* data, size_t size, uint8_t* tag);
int packetgcm_open(PacketGCM* gcm, const uint8_t* iv, const uint8_t* aad, size_t aadSize, uint8_t* data, size_t size, const uint8_t* tag);

#endif
