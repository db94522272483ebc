#pragma once
typedef struct {
	int opaque;
} mbedtls_sha256_context;
