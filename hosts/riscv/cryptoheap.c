/*
 * What mbedTLS wants of a board: memory, which is one block of fixed size (mbedTLS's own way to share one out takes 32 bytes more for each piece, of which there
 * are hundreds), and entropy. Keys of SAs, certificates and numbers under way all live in the block;
 * when it is full, what was asked for is refused (kAcceleratorFailed), and everything else goes on.
 */
#include "../device/board.h"

#include <mbedtls/entropy.h>
#include <mbedtls/platform.h>
#include <stdint.h>
#include <string.h>

/*
 * Measured on the board at its limits (tests/emulator/worst.ts): 36 KiB with 48 contexts of AES-CBC-256 and HMAC-SHA512 (4 more when each is AH around ESP) and a chain,
 * authorities and lists of RSA-4096; 49 while somebody's chain of RSA-4096 is judged. Diffie-Hellman for its time takes 3 KiB in group 14, 11 in group 18.
 */
#define kCryptoHeap (56 * 1024)

/* Before each piece: bytes of the piece before it (0: there is none), and of itself, with this. Sizes are multiples of 8: the lowest bit says that it is in use. */
typedef struct {
	uint32_t before, size;
} Head;

/* A free piece is in a list, by offsets in the heap. */
typedef struct {
	Head head;
	uint32_t next, previous;
} Piece;

#define kUsed 1u
#define kNone UINT32_MAX

static _Alignas(8) uint8_t heap[kCryptoHeap];
static uint32_t firstFree = kNone;
static int isReady;
static uint32_t usedBytes, mostBytes;

static Piece* piece_at(uint32_t offset)
{
	return (Piece*)(heap + offset);
}

static uint32_t offset_of(const void* piece)
{
	return (uint32_t)((const uint8_t*)piece - heap);
}

static void link_piece(Piece* piece)
{
	piece->previous = kNone;
	piece->next = firstFree;
	if (firstFree != kNone)
		piece_at(firstFree)->previous = offset_of(piece);
	firstFree = offset_of(piece);
}

static void unlink_piece(Piece* piece)
{
	if (piece->previous == kNone)
		firstFree = piece->next;
	else
		piece_at(piece->previous)->next = piece->next;
	if (piece->next != kNone)
		piece_at(piece->next)->previous = piece->previous;
}

/* Gives a piece its size, and says so to the one behind it. */
static void resize(Piece* piece, uint32_t size)
{
	uint32_t end = offset_of(piece) + size;
	piece->head.size = size;
	if (end < kCryptoHeap)
		piece_at(end)->head.before = size;
}

/* What fits best: the large pieces are needed for numbers. */
static Piece* find(uint32_t size)
{
	Piece* best = NULL;
	for (uint32_t at = firstFree; at != kNone; at = piece_at(at)->next)
		if (piece_at(at)->head.size >= size && (best == NULL || piece_at(at)->head.size < best->head.size))
			best = piece_at(at);
	return best;
}

void* crypto_calloc(size_t count, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(count, size, &bytes) || bytes == 0 || bytes > kCryptoHeap)
		return NULL;
	if (!isReady) {
		isReady = 1;
		piece_at(0)->head = (Head){ 0, kCryptoHeap };
		link_piece(piece_at(0));
	}
	uint32_t needed = ((uint32_t)bytes + (uint32_t)sizeof(Head) + 7) & ~7u;
	if (needed < sizeof(Piece))
		needed = sizeof(Piece);
	Piece* piece = find(needed);
	if (piece == NULL)
		return NULL;
	unlink_piece(piece);
	uint32_t rest = piece->head.size - needed;
	if (rest >= sizeof(Piece)) {
		Piece* second = (Piece*)((uint8_t*)piece + needed);
		resize(piece, needed);
		resize(second, rest);
		link_piece(second);
	}
	usedBytes += piece->head.size;
	if (usedBytes > mostBytes)
		mostBytes = usedBytes;
	memset((uint8_t*)piece + sizeof(Head), 0, piece->head.size - sizeof(Head));
	piece->head.size |= kUsed;
	return (uint8_t*)piece + sizeof(Head);
}

void crypto_free(void* memory)
{
	if (memory == NULL)
		return;
	Piece* piece = (Piece*)((uint8_t*)memory - sizeof(Head));
	if (!(piece->head.size & kUsed))
		board_fatal("mbedTLS frees what is free");
	uint32_t size = piece->head.size & ~kUsed, end = offset_of(piece) + size;
	usedBytes -= size;
	if (end < kCryptoHeap && !(piece_at(end)->head.size & kUsed)) {
		size += piece_at(end)->head.size;
		unlink_piece(piece_at(end));
	}
	Piece* before = (Piece*)((uint8_t*)piece - piece->head.before);
	if (piece->head.before != 0 && !(before->head.size & kUsed)) {
		size += before->head.size;
		unlink_piece(before);
		piece = before;
	}
	resize(piece, size);
	link_piece(piece);
}

void board_crypto_memory(uint32_t* used, uint32_t* most, uint32_t* size)
{
	*used = usedBytes;
	*most = mostBytes;
	*size = sizeof(heap);
}

#ifdef MBEDTLS_ENTROPY_HARDWARE_ALT
int mbedtls_hardware_poll(void* data, unsigned char* output, size_t size, size_t* written)
{
	(void)data;
	if (board_random(output, size) != 0)
		return MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
	*written = size;
	return 0;
}
#endif
