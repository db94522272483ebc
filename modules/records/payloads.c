/* A message's payloads, from their names in the log to a byte for each run (ladder.ts): JavaScript's engine takes a hundred instructions for each character that it looks at. */
#include "payloads.h"
#include "ladder.h"
#include <string.h>

static const char* const kNames[] = { PAYLOAD_NAMES };

/* The run that a word of `size` characters names, as "VID*3"; 0: the number of "payload 77". */
static uint8_t run_of(const char* word, size_t size)
{
	size_t name = 0;
	unsigned count = 0, kind = sizeof(kNames) / sizeof(kNames[0]) - 1;
	while (name < size && word[name] != '*')
		name++;
	if (name == 7 && memcmp(word, "payload", 7) == 0)
		return 0;
	for (size_t i = name + 1; i < size && word[i] >= '0' && word[i] <= '9' && count <= PAYLOAD_RUN_MOST; i++)
		count = 10 * count + (unsigned)(word[i] - '0');
	while (kind > 0 && (strlen(kNames[kind]) != name || memcmp(kNames[kind], word, name) != 0))
		kind--;
	return (uint8_t)(kind << 4 | (name == size ? 1 : count > PAYLOAD_RUN_MOST ? PAYLOAD_RUN_MOST : count));
}

void payloads_put(uint8_t* runs, size_t room, const char* text)
{
	size_t used = 0;
	memset(runs, 0, room);
	while (*text) {
		size_t word = strcspn(text, " ");
		uint8_t run = word > 0 ? run_of(text, word) : 0;
		text += word;
		text += strspn(text, " ");
		if (run == 0)
			continue;
		if (used == room) {
			runs[room - 1] = PAYLOAD_RUN_MORE;
			return;
		}
		runs[used++] = run;
	}
}
