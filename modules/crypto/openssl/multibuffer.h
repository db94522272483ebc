/*
 * Packets' cryptography by Intel's libipsec-mb, where this machine has it: AES-GCM in a third of OpenSSL 3.0's time, since it uses the processor's wide AES
 * instructions, and CBC and HMAC, which cannot be hurried for one packet, for many packets side by side. The library is looked for when the first key is opened, since it
 * takes memory that a gateway without a tunnel has no use for; without it, or where the processor lacks what it is good with, no key is ever opened here and OpenSSL does everything.
 */
#ifndef KEYGATE_MULTIBUFFER_H
#define KEYGATE_MULTIBUFFER_H

#include "../accelerator.h"

/* Packets of one run that are worked side by side, and how many make it worth while. */
#define kMultibufferRun 64
#define kMultibufferLeast 4

/* Expanded keys of one SA's cipher and HMAC. */
typedef struct MultibufferKey MultibufferKey;

/* Whether the library is there: then keys have been opened. */
int multibuffer_ready(void);
void multibuffer_stop(void);

/* For AES-GCM, and for all with an HMAC. NULL: none of these, or no library. */
MultibufferKey* multibuffer_open(int cipher, const uint8_t* key, int hash, const uint8_t* hashKey, size_t hashKeySize);
void multibuffer_close(MultibufferKey* key);	/* zeroes it; NULL is allowed */

/* Whether multibuffer_gcm is for this key, and whether multibuffer_submit encrypts by it. */
int multibuffer_has_gcm(const MultibufferKey* key);
int multibuffer_has_cbc(const MultibufferKey* key);
/* Bytes that multibuffer_submit writes of the key's HMAC, 0: none. */
size_t multibuffer_tag_size(const MultibufferKey* key);

/* AES-GCM in place; `tag` (16 bytes) is what it must be, also when it was not encrypted here. */
void multibuffer_gcm(const MultibufferKey* key, int encrypt, const uint8_t* iv, const uint8_t* aad, size_t aadSize, uint8_t* data, size_t size, uint8_t* tag);
/* CBC, decrypted in place. 0: it failed. Nothing may be submitted and not finished. */
int multibuffer_decrypt(const MultibufferKey* key, const uint8_t* iv, uint8_t* data, size_t size);

/*
 * Gives a packet to the work: the HMAC over `size` bytes goes to `tag` (kMaximumHashSize), and before that, unless `iv` is NULL, the bytes behind the first
 * `plain` are encrypted by CBC in place. All of it is to stay where it is until multibuffer_finish. At most kMultibufferRun.
 */
void multibuffer_submit(const MultibufferKey* key, uint8_t* packet, size_t size, const uint8_t* iv, size_t plain, uint8_t* tag);
/* Everything that was submitted is done. 0: something of it failed. */
int multibuffer_finish(void);

#endif
