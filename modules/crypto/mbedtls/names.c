#include "../nametext.h"
#include "der.h"
#include "names.h"

#include <stdio.h>
#include <string.h>

int names_parse(mbedtls_x509_name* name, const uint8_t* der, size_t size)
{
	unsigned char* at = (unsigned char*)(uintptr_t)der;	/* mbedTLS has no const here, and writes nothing */
	const unsigned char* end = der + size;
	size_t length;
	memset(name, 0, sizeof(*name));
	if (size == 0 || mbedtls_asn1_get_tag(&at, end, &length, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE) != 0 || at + length != end)
		return -1;
	return length == 0 ? 0 : mbedtls_x509_get_name(&at, end, name);
}

void names_free(mbedtls_x509_name* name)
{
	for (mbedtls_x509_name* each = name->next; each;) {
		mbedtls_x509_name* next = each->next;
		mbedtls_free(each);
		each = next;
	}
	memset(name, 0, sizeof(*name));
}

int names_is_empty(const mbedtls_x509_name* name)
{
	return name->oid.p == NULL;
}

/* ---- values ---- */

/* The characters of a value as UTF-8, whatever string type it has; types whose characters are wider are refused. */
typedef struct {
	const uint8_t* at;
	const uint8_t* end;
	uint8_t second;		/* of two bytes that a Latin-1 character becomes */
	int isLatin;
} Characters;

static int openCharacters(Characters* characters, const mbedtls_x509_buf* value)
{
	*characters = (Characters){ .at = value->p, .end = value->p + value->len, .isLatin = value->tag == MBEDTLS_ASN1_T61_STRING };
	return value->tag == MBEDTLS_ASN1_UTF8_STRING || value->tag == MBEDTLS_ASN1_PRINTABLE_STRING || value->tag == MBEDTLS_ASN1_IA5_STRING || characters->isLatin;
}

/* -1 at the end. */
static int nextByte(Characters* characters)
{
	if (characters->second) {
		int second = characters->second;
		characters->second = 0;
		return second;
	}
	if (characters->at == characters->end)
		return -1;
	uint8_t c = *characters->at++;
	if (!characters->isLatin || c < 0x80)
		return c;
	characters->second = (uint8_t)(0x80 | (c & 0x3F));
	return 0xC0 | c >> 6;
}

/* The same with letters in lower case, runs of spaces as one, and none at the ends. */
static int nextPlain(Characters* characters)
{
	int c = nextByte(characters);
	if (c == ' ') {
		while (characters->at < characters->end && *characters->at == ' ')
			characters->at++;
		if (characters->at == characters->end)
			return -1;
	}
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static int sameValue(const mbedtls_x509_buf* a, const mbedtls_x509_buf* b)
{
	Characters first, second;
	if (!openCharacters(&first, a) || !openCharacters(&second, b))
		return a->tag == b->tag && a->len == b->len && memcmp(a->p, b->p, a->len) == 0;
	while (first.at < first.end && *first.at == ' ')
		first.at++;
	while (second.at < second.end && *second.at == ' ')
		second.at++;
	for (;;) {
		int c = nextPlain(&first);
		if (c != nextPlain(&second))
			return 0;
		if (c < 0)
			return 1;
	}
}

int names_same(const mbedtls_x509_name* a, const mbedtls_x509_name* b)
{
	for (; a && b; a = a->next, b = b->next) {
		if (a->oid.len != b->oid.len || (a->oid.len && memcmp(a->oid.p, b->oid.p, a->oid.len) != 0) || a->next_merged != b->next_merged || !sameValue(&a->val, &b->val))
			return 0;
	}
	return !a && !b;
}

/* ---- texts ---- */

typedef struct {
	char* text;
	size_t size;
	int isCut;
} Writer;

static void put(Writer* writer, const char* text)
{
	size_t length = strlen(text);
	/* With room for the dots that say that it is cut. */
	if (writer->isCut || writer->size + length >= kCertificateTextSize - 4) {
		writer->isCut = 1;
		return;
	}
	memcpy(writer->text + writer->size, text, length + 1);
	writer->size += length;
}

static void putType(Writer* writer, const mbedtls_x509_buf* oid)
{
	const char* name;
	char numbers[64];
	if (mbedtls_oid_get_attr_short_name(oid, &name) == 0)
		put(writer, name);
	else
		put(writer, mbedtls_oid_get_numeric_string(numbers, sizeof(numbers), oid) > 0 ? numbers : "?");
}

/* RFC 2253 2.4, and everything that is not printable ASCII as its UTF-8 in hexadecimal. */
static void putValue(Writer* writer, const mbedtls_x509_buf* value)
{
	Characters characters;
	char escaped[4];
	if (!openCharacters(&characters, value)) {
		put(writer, "#");
		for (size_t i = 0; i < value->len; i++) {
			snprintf(escaped, sizeof(escaped), "%02X", value->p[i]);
			put(writer, escaped);
		}
		return;
	}
	for (int first = 1, c = nextByte(&characters); c >= 0; first = 0) {
		int next = nextByte(&characters);
		int atEdge = (first && (c == ' ' || c == '#')) || (next < 0 && c == ' ');
		if (c < 0x20 || c > 0x7E)
			snprintf(escaped, sizeof(escaped), "\\%02X", (uint8_t)c);
		else
			snprintf(escaped, sizeof(escaped), atEdge || strchr(",+\"\\<>;", c) ? "\\%c" : "%c", c);
		put(writer, escaped);
		c = next;
	}
}

void names_text(const mbedtls_x509_name* name, char text[kCertificateTextSize])
{
	Writer writer = { .text = text };
	text[0] = 0;
	for (const mbedtls_x509_name* each = name; each && each->oid.p; each = each->next) {
		putType(&writer, &each->oid);
		put(&writer, "=");
		putValue(&writer, &each->val);
		if (each->next)
			put(&writer, each->next_merged ? " + " : ", ");
	}
	if (writer.isCut)
		memcpy(text + writer.size, "...", 4);
}

int certificates_name_text(const uint8_t* der, size_t size, char text[kCertificateTextSize])
{
	mbedtls_x509_name name;
	int ok = names_parse(&name, der, size) == 0;
	if (ok)
		names_text(&name, text);
	names_free(&name);
	return ok;
}

int certificates_same_name(const uint8_t* a, size_t sizeA, const uint8_t* b, size_t sizeB)
{
	mbedtls_x509_name first, second;
	int isFirst = names_parse(&first, a, sizeA) == 0, isSecond = names_parse(&second, b, sizeB) == 0;
	int same = isFirst && isSecond && names_same(&first, &second);
	names_free(&first);
	names_free(&second);
	return same;
}

/* ---- a name of a text ---- */

/* The types that a text may have, as RFC 4514 and certificates in the field name them. */
static const struct {
	const char* name;
	const char* oid;
	int tag;
} kTypes[] = {
	{ "CN", MBEDTLS_OID_AT_CN, MBEDTLS_ASN1_UTF8_STRING },
	{ "C", MBEDTLS_OID_AT_COUNTRY, MBEDTLS_ASN1_PRINTABLE_STRING },
	{ "L", MBEDTLS_OID_AT_LOCALITY, MBEDTLS_ASN1_UTF8_STRING },
	{ "ST", MBEDTLS_OID_AT_STATE, MBEDTLS_ASN1_UTF8_STRING },
	{ "O", MBEDTLS_OID_AT_ORGANIZATION, MBEDTLS_ASN1_UTF8_STRING },
	{ "OU", MBEDTLS_OID_AT_ORG_UNIT, MBEDTLS_ASN1_UTF8_STRING },
	{ "street", "\x55\x04\x09", MBEDTLS_ASN1_UTF8_STRING },
	{ "postalCode", MBEDTLS_OID_AT_POSTAL_CODE, MBEDTLS_ASN1_UTF8_STRING },
	{ "SN", MBEDTLS_OID_AT_SUR_NAME, MBEDTLS_ASN1_UTF8_STRING },
	{ "GN", MBEDTLS_OID_AT_GIVEN_NAME, MBEDTLS_ASN1_UTF8_STRING },
	{ "title", MBEDTLS_OID_AT_TITLE, MBEDTLS_ASN1_UTF8_STRING },
	{ "serialNumber", MBEDTLS_OID_AT_SERIAL_NUMBER, MBEDTLS_ASN1_PRINTABLE_STRING },
	{ "UID", "\x09\x92\x26\x89\x93\xF2\x2C\x64\x01\x01", MBEDTLS_ASN1_UTF8_STRING },
	{ "DC", MBEDTLS_OID_DOMAIN_COMPONENT, MBEDTLS_ASN1_IA5_STRING },
	{ "emailAddress", MBEDTLS_OID_PKCS9_EMAIL, MBEDTLS_ASN1_IA5_STRING },
	{ "E", MBEDTLS_OID_PKCS9_EMAIL, MBEDTLS_ASN1_IA5_STRING },
};

/* 0: there is no such type, or no room. */
static int writeEntry(DERWriter* writer, const NameEntry* entry)
{
	const uint8_t* whole = writer->at;
	for (size_t i = 0; i < sizeof(kTypes) / sizeof(kTypes[0]); i++) {
		if (strcmp(kTypes[i].name, entry->type) != 0)
			continue;
		der_write_element(writer, kTypes[i].tag, entry->value, strlen(entry->value));
		der_write_element(writer, MBEDTLS_ASN1_OID, kTypes[i].oid, strlen(kTypes[i].oid));
		der_write_around(writer, kSequence, whole);
		return !writer->failed;
	}
	return 0;
}

/* Bytes of an entry in a set of several: with lengths in their short form. */
#define kEntrySize (2 + 127)

/*
 * Entries in sets of two and more have an order of their own in DER, that of their encodings (X.690 11.6). They are few: the texts are tried as they
 * come, and put right after they are written.
 */
static void sortSet(unsigned char* at, size_t size)
{
	/* Bubble: swap neighbours that are in the wrong order until there are none. */
	for (int swapped = 1; swapped;) {
		swapped = 0;
		for (unsigned char* first = at; first < at + size;) {
			size_t firstSize = 2 + (size_t)first[1];
			unsigned char* second = first + firstSize;
			if (second >= at + size)
				break;
			size_t secondSize = 2 + (size_t)second[1];
			size_t both = firstSize < secondSize ? firstSize : secondSize;
			int order = memcmp(first, second, both);
			if (order > 0 || (order == 0 && firstSize > secondSize)) {
				unsigned char copy[kEntrySize];
				memcpy(copy, first, firstSize);
				memmove(first, second, secondSize);
				memcpy(first + secondSize, copy, firstSize);
				swapped = 1;
				first += secondSize;
			}
			else
				first = second;
		}
	}
}

size_t certificates_name(const char* text, uint8_t* out, size_t capacity)
{
	NameText name;
	uint8_t buffer[kNameTextSize];
	DERWriter writer = der_writer(buffer, sizeof(buffer));
	if (!nametext_read(&name, text))
		return 0;
	/* From the last to the first. */
	for (int i = name.count - 1; i >= 0;) {
		const uint8_t* set = writer.at;
		int entries = 0, fits = 1, isTogether;
		do {
			const uint8_t* entry = writer.at;
			isTogether = name.entries[i].isTogether;
			if (!writeEntry(&writer, &name.entries[i]))
				return 0;
			fits &= entry - writer.at <= kEntrySize;
			entries++;
			i--;
		} while (isTogether);
		if (entries > 1) {
			if (!fits)
				return 0;
			sortSet(writer.at, (size_t)(set - writer.at));
		}
		der_write_around(&writer, kSet, set);
	}
	der_write_around(&writer, kSequence, writer.end);
	size_t size = der_written(&writer);
	if (size == 0 || size > capacity)
		return 0;
	memcpy(out, writer.at, size);
	return size;
}
