/*
 * XS keeps strings as CESU-8 (mxCESU8: a character outside the basic plane is two surrogates of three bytes each) and a NUL as C0 80, so that
 * JavaScript sees the same UTF-16 units as in Node. Outside of the machine text is UTF-8.
 */
#ifndef KEYGATE_XS_TEXT_H
#define KEYGATE_XS_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of UTF-8 that `text` (the machine's, ends with 0) has; written to `out` unless it is NULL. A surrogate without its other half becomes U+FFFD. */
size_t text_to_utf8(const char* text, uint8_t* out);

/* Bytes that the machine's form of `size` bytes of UTF-8 has, without an ending 0; written to `out` unless it is NULL. -1: not UTF-8 (RFC 3629). */
ptrdiff_t text_from_utf8(const uint8_t* bytes, size_t size, char* out);

#endif
