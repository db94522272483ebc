/*
 * Distinguished names by OpenSSL 3: read, compared, shown and made.
 */
#include "../nametext.h"
#include "backend.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509.h>
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

size_t certificates_name(const char* text, uint8_t* out, size_t capacity)
{
	NameText parts;
	int size = 0, ok = nametext_read(&parts, text);
	X509_NAME* name = X509_NAME_new();
	for (int i = 0; ok && name && i < parts.count; i++) {
		const NameEntry* entry = &parts.entries[i];
		/* OpenSSL has no short name for it. */
		const char* type = strcmp(entry->type, "E") == 0 ? "emailAddress" : entry->type;
		ok = X509_NAME_add_entry_by_txt(name, type, MBSTRING_UTF8, (const uint8_t*)entry->value, -1, -1, entry->isTogether ? -1 : 0);
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
