/*
 * The AES hardware of an ESP32 under mbedTLS's names. With mbedTLS 4, ESP-IDF has it behind PSA, which allocates for each packet, and behind these functions of its
 * own, which do not; mbedTLS's own CBC and CTR are then not in its image.
 */
#ifndef KEYGATE_ESPAES_H
#define KEYGATE_ESPAES_H

#include <aes/esp_aes.h>
#include <aes/esp_aes_gcm.h>

#define mbedtls_aes_context esp_aes_context
#define mbedtls_aes_init esp_aes_init
#define mbedtls_aes_setkey_enc esp_aes_setkey
#define mbedtls_aes_setkey_dec esp_aes_setkey
#define mbedtls_aes_crypt_cbc esp_aes_crypt_cbc
#define mbedtls_aes_crypt_ctr esp_aes_crypt_ctr
#define mbedtls_gcm_context esp_gcm_context
#define mbedtls_gcm_init esp_aes_gcm_init
#define mbedtls_gcm_free esp_aes_gcm_free
#define mbedtls_gcm_setkey(context, cipher, key, bits) esp_aes_gcm_setkey(context, 0, key, bits)
#define mbedtls_gcm_crypt_and_tag esp_aes_gcm_crypt_and_tag
#define mbedtls_gcm_auth_decrypt esp_aes_gcm_auth_decrypt

#endif
