/*
 * Distinguished names by OpenSSL 3: read, compared, shown and made.
 */
#include "backend.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

/* `bio`'s text, cut where it is too long. */
static void takeText(BIO* bio, char text[kCertificateTextSize])
{
	char* data;
	long size = bio ? BIO_get_mem_data(bio, &data) : 0;
	int cut = size >= kCertificateTextSize;
	if (cut)
		size = kCertificateTextSize - 4;
	if (size > 0)
		memcpy(text, data, (size_t)size);
	strcpy(text + (size > 0 ? size : 0), cut ? "..." : "");
}

/* In the order of the DER, all but printable ASCII escaped. */
void certificates_name_print(const X509_NAME* name, char text[kCertificateTextSize])
{
	BIO* bio = BIO_new(BIO_s_mem());
	if (bio)
		X509_NAME_print_ex(bio, name, 0, (ASN1_STRFLGS_RFC2253 | XN_FLAG_SEP_CPLUS_SPC | XN_FLAG_FN_SN | XN_FLAG_DUMP_UNKNOWN_FIELDS) & ~(unsigned long)XN_FLAG_DN_REV);
	takeText(bio, text);
	BIO_free(bio);
}

static X509_NAME* parseName(const uint8_t* der, size_t size)
{
	const uint8_t* at = der;
	X509_NAME* name = size > 0 && size <= 0xFFFF ? d2i_X509_NAME(NULL, &at, (long)size) : NULL;
	if (name && at != der + size) {
		X509_NAME_free(name);
		name = NULL;
	}
	return name;
}

/* Adds "type=value" to a name; `set` -1: to the set of the entry before. */
static int addEntry(X509_NAME* name, char* text, int set)
{
	char type[48];
	char* equals = strchr(text, '=');
	if (!equals)
		return 0;
	char* end = equals;
	while (*text == ' ')
		text++;
	while (end > text && end[-1] == ' ')
		end--;
	size_t size = (size_t)(end - text);
	if (size == 0 || size >= sizeof(type))
		return 0;
	memcpy(type, text, size);
	type[size] = 0;
	if (strcmp(type, "E") == 0)
		strcpy(type, "emailAddress");
	char* value = equals + 1;
	while (*value == ' ')
		value++;
	for (size_t length = strlen(value); length > 0 && value[length - 1] == ' ' && (length < 2 || value[length - 2] != '\\'); length--)
		value[length - 1] = 0;
	/* "\," is a comma; two hexadecimal digits after "\" are a byte. */
	char* to = value;
	for (char* from = value; *from; from++) {
		unsigned byte;
		if (*from != '\\' || !from[1])
			*to++ = *from;
		else if (strspn(from + 1, "0123456789ABCDEFabcdef") >= 2 && sscanf(from + 1, "%2x", &byte) == 1 && byte) {
			*to++ = (char)byte;
			from += 2;
		}
		else
			*to++ = *++from;
	}
	*to = 0;
	return *value && X509_NAME_add_entry_by_txt(name, type, MBSTRING_UTF8, (const uint8_t*)value, -1, -1, set);
}

size_t certificates_name(const char* text, uint8_t* out, size_t capacity)
{
	char copy[1024];
	size_t length = strlen(text);
	char separator = *text == '/' ? '/' : ',';
	int size = 0, ok = length > 0 && length < sizeof(copy), set = 0;
	X509_NAME* name = X509_NAME_new();
	if (ok)
		memcpy(copy, text, length + 1);
	for (char* part = copy + (separator == '/'); ok && name && part;) {
		char* at = part;
		while (*at && *at != separator && *at != '+')
			at += *at == '\\' && at[1] ? 2 : 1;
		char ended = *at;
		*at = 0;
		ok = addEntry(name, part, set);
		set = ended == '+' ? -1 : 0;
		part = ended ? at + 1 : NULL;
	}
	if (ok && name && (size = i2d_X509_NAME(name, NULL)) > 0 && (size_t)size <= capacity)
		i2d_X509_NAME(name, &out);
	else
		size = 0;
	X509_NAME_free(name);
	ERR_clear_error();
	return (size_t)size;
}

int certificates_same_name(const uint8_t* a, size_t sizeA, const uint8_t* b, size_t sizeB)
{
	X509_NAME* first = parseName(a, sizeA);
	X509_NAME* second = parseName(b, sizeB);
	int same = first && second && X509_NAME_cmp(first, second) == 0;
	X509_NAME_free(first);
	X509_NAME_free(second);
	ERR_clear_error();
	return same;
}

int certificates_name_text(const uint8_t* der, size_t size, char text[kCertificateTextSize])
{
	X509_NAME* name = parseName(der, size);
	if (name)
		certificates_name_print(name, text);
	X509_NAME_free(name);
	ERR_clear_error();
	return name != NULL;
}
