/* mbedTLS's AES under other names (software.h). */
#include <mbedtls/aes.h>

#undef MBEDTLS_AES_SETKEY_ENC_ALT
#undef MBEDTLS_AES_SETKEY_DEC_ALT
#undef MBEDTLS_AES_ENCRYPT_ALT
#undef MBEDTLS_AES_DECRYPT_ALT
#define mbedtls_aes_init software_aes_init
#define mbedtls_aes_free software_aes_free
#define mbedtls_aes_setkey_enc software_aes_setkey_enc
#define mbedtls_aes_setkey_dec software_aes_setkey_dec
#define mbedtls_internal_aes_encrypt software_internal_aes_encrypt
#define mbedtls_internal_aes_decrypt software_internal_aes_decrypt
#define mbedtls_aes_encrypt software_aes_encrypt
#define mbedtls_aes_decrypt software_aes_decrypt
#define mbedtls_aes_crypt_ecb software_aes_crypt_ecb
#define mbedtls_aes_crypt_cbc software_aes_crypt_cbc
#define mbedtls_aes_crypt_ctr software_aes_crypt_ctr
int software_internal_aes_encrypt(mbedtls_aes_context* context, const unsigned char in[16], unsigned char out[16]);
int software_internal_aes_decrypt(mbedtls_aes_context* context, const unsigned char in[16], unsigned char out[16]);
int software_aes_setkey_enc(mbedtls_aes_context* context, const unsigned char* key, unsigned bits);

#include <../library/aes.c>
