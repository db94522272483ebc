/* mbedTLS's SHA-512 under other names (software.h). */
#include <mbedtls/sha512.h>

#undef MBEDTLS_SHA512_PROCESS_ALT
#define mbedtls_sha512_init software_sha512_init
#define mbedtls_sha512_free software_sha512_free
#define mbedtls_sha512_clone software_sha512_clone
#define mbedtls_sha512_starts_ret software_sha512_starts_ret
#define mbedtls_sha512_starts software_sha512_starts
#define mbedtls_internal_sha512_process software_internal_sha512_process
#define mbedtls_sha512_process software_sha512_process
#define mbedtls_sha512_update_ret software_sha512_update_ret
#define mbedtls_sha512_update software_sha512_update
#define mbedtls_sha512_finish_ret software_sha512_finish_ret
#define mbedtls_sha512_finish software_sha512_finish
#define mbedtls_sha512_ret software_sha512_ret
#define mbedtls_sha512 software_sha512
void software_sha512_init(mbedtls_sha512_context* context);
void software_sha512_free(mbedtls_sha512_context* context);
int software_sha512_starts_ret(mbedtls_sha512_context* context, int isShort);
int software_internal_sha512_process(mbedtls_sha512_context* context, const unsigned char* data);
int software_sha512_update_ret(mbedtls_sha512_context* context, const unsigned char* data, size_t size);
int software_sha512_finish_ret(mbedtls_sha512_context* context, unsigned char* out);
int software_sha512_ret(const unsigned char* data, size_t size, unsigned char* out, int isShort);

#include <../library/sha512.c>
