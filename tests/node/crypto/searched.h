/* The library's memory: which blocks hold a run of bytes. accelerator.c has the library ask for its memory here, and includes this behind the accelerator's sources. */
#ifndef KEYGATE_TEST_SEARCHED_H
#define KEYGATE_TEST_SEARCHED_H

#define kBlocks 65536	/* at once: more than the library ever has here */
static struct {
	pthread_mutex_t lock;
	void* blocks[kBlocks];
	uint8_t marker[16];
	int watching;
	unsigned freedWithMarker;
} searched = { .lock = PTHREAD_MUTEX_INITIALIZER };

static int holds(const void* block)
{
	return memmem(block, malloc_usable_size((void*)(uintptr_t)block), searched.marker, sizeof(searched.marker)) != NULL;
}

static void enter(void* block)
{
	size_t i = 0;
	pthread_mutex_lock(&searched.lock);
	while (block && i < kBlocks && searched.blocks[i])
		i++;
	if (i == kBlocks)
		abort();
	if (block)
		searched.blocks[i] = block;
	pthread_mutex_unlock(&searched.lock);
}

static void leave(void* block)
{
	pthread_mutex_lock(&searched.lock);
	if (searched.watching && block && holds(block))
		searched.freedWithMarker++;
	for (size_t i = 0; block && i < kBlocks; i++) {
		if (searched.blocks[i] == block) {
			searched.blocks[i] = NULL;
			break;
		}
	}
	pthread_mutex_unlock(&searched.lock);
}

#ifdef KEYGATE_MBEDTLS
/* Whatever is linked here asks for memory by these. */
void* __wrap_calloc(size_t count, size_t size)
{
	return searchedMalloc(count * size);
}

void __wrap_free(void* block)
{
	searchedFree(block);
}
#define calloc __real_calloc
#define free __real_free
#endif

static void* searchedMalloc(size_t size)
{
	void* block = calloc(1, size);
	enter(block);
	return block;
}

static void searchedFree(void* block)
{
	leave(block);
	free(block);
}

static void watch(const uint8_t* marker)
{
	pthread_mutex_lock(&searched.lock);
	memcpy(searched.marker, marker, sizeof(searched.marker));
	searched.watching = 1;
	searched.freedWithMarker = 0;
	pthread_mutex_unlock(&searched.lock);
}

static unsigned unwatch(void)
{
	pthread_mutex_lock(&searched.lock);
	searched.watching = 0;
	pthread_mutex_unlock(&searched.lock);
	return searched.freedWithMarker;
}

static unsigned blocksWithMarker(void)
{
	unsigned count = memmem(library.contexts, sizeof(library.contexts), searched.marker, sizeof(searched.marker)) != NULL;
	pthread_mutex_lock(&searched.lock);
	for (size_t i = 0; i < kBlocks; i++)
		count += searched.blocks[i] && holds(searched.blocks[i]);
	pthread_mutex_unlock(&searched.lock);
	return count;
}

#endif
