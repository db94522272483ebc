#include "nametext.h"

#include <string.h>

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

/* Takes the escapes and the spaces around out of a value, in place. */
static char* plainValue(char* value)
{
	while (*value == ' ')
		value++;
	for (size_t length = strlen(value); length > 0 && value[length - 1] == ' ' && (length < 2 || value[length - 2] != '\\'); length--)
		value[length - 1] = 0;
	/* "\," is a comma; two hexadecimal digits after "\" are a byte. */
	char* to = value;
	for (char* from = value; *from; from++) {
		if (*from != '\\' || !from[1])
			*to++ = *from;
		else if (digit(from[1]) >= 0 && digit(from[2]) >= 0 && (from[1] != '0' || from[2] != '0')) {
			*to++ = (char)(digit(from[1]) << 4 | digit(from[2]));
			from += 2;
		}
		else
			*to++ = *++from;
	}
	*to = 0;
	return value;
}

/* "type=value" */
static int readEntry(NameEntry* entry, char* text)
{
	char* equals = strchr(text, '=');
	if (!equals)
		return 0;
	*equals = 0;
	while (*text == ' ')
		text++;
	for (char* end = equals; end > text && end[-1] == ' ';)
		*--end = 0;
	entry->type = text;
	entry->value = plainValue(equals + 1);
	return *entry->type && *entry->value;
}

int nametext_read(NameText* name, const char* text)
{
	size_t length = strlen(text);
	char separator = *text == '/' ? '/' : ',';
	int isTogether = 0;
	name->count = 0;
	if (length == 0 || length >= sizeof(name->text))
		return 0;
	memcpy(name->text, text, length + 1);
	for (char* part = name->text + (separator == '/'); part;) {
		char* at = part;
		while (*at && *at != separator && *at != '+')
			at += *at == '\\' && at[1] ? 2 : 1;
		char ended = *at;
		*at = 0;
		if (name->count == kNameEntries || !readEntry(&name->entries[name->count], part))
			return 0;
		name->entries[name->count++].isTogether = isTogether;
		isTogether = ended == '+';
		part = ended ? at + 1 : NULL;
	}
	return 1;
}
