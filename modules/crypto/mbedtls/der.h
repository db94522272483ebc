/*
 * DER (X.690) by mbedTLS's ASN.1 functions. Read: a run of bytes, of which elements are taken from the front. Written: from the end to the front, as
 * lengths stand before what they are the lengths of.
 */
#ifndef KEYGATE_DER_H
#define KEYGATE_DER_H

#include "library.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
	const uint8_t* at;
	const uint8_t* end;
} DER;

#define kSequence (MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE)
#define kSet (MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SET)
#define kContext(number) (MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED | (number))

DER der_of(const uint8_t* bytes, size_t size);
size_t der_size(DER bytes);
int der_tag(DER from);	/* of the next element, -1: there is none */
/* Takes the next element, whose content is `content`: 1, or 0 when it is not there or of another tag. */
int der_take(DER* from, int tag, DER* content);
int der_skip(DER* from);	/* whatever it is; 0: it cannot be read */
int der_whole(DER* from, int tag, DER* content);	/* takes the next element, behind which there must be nothing */
int der_is(DER content, const char* bytes, size_t size);	/* for the content of an object identifier */
int der_take_number(DER* from, int* number);	/* 0: there is none, or it is larger than an int or less than 0 */

typedef struct {
	uint8_t* start;
	uint8_t* at;		/* what is written begins here */
	uint8_t* end;
	int failed;		/* something did not fit: nothing more is written */
} DERWriter;

DERWriter der_writer(uint8_t* buffer, size_t capacity);
size_t der_written(const DERWriter* writer);	/* bytes at `at`, 0 when it failed */
void der_write(DERWriter* writer, const void* bytes, size_t size);
void der_write_element(DERWriter* writer, int tag, const void* bytes, size_t size);
/* Puts tag and length before what stands from `at` to `end`, which was `at` before that was written. */
void der_write_around(DERWriter* writer, int tag, const uint8_t* end);

#endif
