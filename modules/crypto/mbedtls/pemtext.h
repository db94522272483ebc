/* PEM (RFC 7468), block by block. Not pem.h, which is the name of a header of mbedTLS. */
#ifndef KEYGATE_PEMTEXT_H
#define KEYGATE_PEMTEXT_H

#include <stddef.h>
#include <stdint.h>

#define kPEMLabel 32

/*
 * Finds the next block at or behind *at in text that ends with a zero byte: 1 with its label, its begin, and *at behind it; 0: there is none; -1: one that
 * has no end, or too long a label.
 */
int pem_next(const char** at, char label[kPEMLabel], const char** begin);
/*
 * The bytes of the block that begins there, decrypted where its header says that it is encrypted: kImportOK, or kImport... They are given back by
 * accelerator_free.
 */
int pem_read(const char* begin, const char* label, const uint8_t* passphrase, size_t passphraseSize, uint8_t** bytes, size_t* size);
/* Adds a block to the text at `out`, which has a zero byte at its end again then: the size of it all, 0: it does not fit. */
size_t pem_write(const char* label, const uint8_t* bytes, size_t bytesSize, char* out, size_t used, size_t capacity);

#endif
