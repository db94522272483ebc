/* mbedTLS's own AES and SHA-2 under names of their own (software_aes.c, software_sha256.c, software_sha512.c), for processors without the instructions. */
#ifndef KEYGATE_RISCV_SOFTWARE_H
#define KEYGATE_RISCV_SOFTWARE_H

#include <mbedtls/aes.h>
#include <mbedtls/sha256.h>
#include <mbedtls/sha512.h>

int software_aes_setkey_enc(mbedtls_aes_context* context, const unsigned char* key, unsigned bits);
int software_aes_setkey_dec(mbedtls_aes_context* context, const unsigned char* key, unsigned bits);
int software_internal_aes_encrypt(mbedtls_aes_context* context, const unsigned char in[16], unsigned char out[16]);
int software_internal_aes_decrypt(mbedtls_aes_context* context, const unsigned char in[16], unsigned char out[16]);
int software_internal_sha256_process(mbedtls_sha256_context* context, const unsigned char data[64]);
int software_internal_sha512_process(mbedtls_sha512_context* context, const unsigned char data[128]);

#endif
