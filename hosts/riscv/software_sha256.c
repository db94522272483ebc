/* mbedTLS's SHA-256 under other names (software.h). */
#include <mbedtls/sha256.h>

#undef MBEDTLS_SHA256_PROCESS_ALT
#define mbedtls_sha256_init software_sha256_init
#define mbedtls_sha256_free software_sha256_free
#define mbedtls_sha256_clone software_sha256_clone
#define mbedtls_sha256_starts_ret software_sha256_starts_ret
#define mbedtls_sha256_starts software_sha256_starts
#define mbedtls_internal_sha256_process software_internal_sha256_process
#define mbedtls_sha256_process software_sha256_process
#define mbedtls_sha256_update_ret software_sha256_update_ret
#define mbedtls_sha256_update software_sha256_update
#define mbedtls_sha256_finish_ret software_sha256_finish_ret
#define mbedtls_sha256_finish software_sha256_finish
#define mbedtls_sha256_ret software_sha256_ret
#define mbedtls_sha256 software_sha256
void software_sha256_init(mbedtls_sha256_context* context);
void software_sha256_free(mbedtls_sha256_context* context);
int software_sha256_starts_ret(mbedtls_sha256_context* context, int isShort);
int software_internal_sha256_process(mbedtls_sha256_context* context, const unsigned char* data);
int software_sha256_update_ret(mbedtls_sha256_context* context, const unsigned char* data, size_t size);
int software_sha256_finish_ret(mbedtls_sha256_context* context, unsigned char* out);
int software_sha256_ret(const unsigned char* data, size_t size, unsigned char* out, int isShort);

#include <../library/sha256.c>
