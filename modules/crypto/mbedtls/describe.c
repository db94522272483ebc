/*
 * What there is to tell a person of a certificate, a signing request or a revocation list, by mbedTLS: the lines of openssl/describe.c. Object identifiers
 * that mbedTLS has no name for are numbers.
 */
#include "backend.h"
#include "der.h"
#include "names.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define kRevokedShown 8
#define kNamesShown 16
#define kUsesShown 16
#define kSerialSize 32

/* ---- text ---- */

typedef struct {
	char* text;
	size_t size, capacity;	/* one that is full has size 0 and no capacity */
} Out;

__attribute__((format(printf, 2, 3))) static void put(Out* out, const char* format, ...)
{
	va_list values;
	va_start(values, format);
	int written = vsnprintf(out->text + out->size, out->capacity - out->size, format, values);
	va_end(values);
	if (written < 0 || (size_t)written >= out->capacity - out->size)
		out->size = out->capacity = 0;
	else
		out->size += (size_t)written;
}

static void tellName(Out* out, const char* name, const mbedtls_x509_name* value)
{
	char text[kCertificateTextSize];
	names_text(value, text);
	put(out, "%s %s\n", name, text);
}

static void putNumber(Out* out, const mbedtls_x509_buf* number)
{
	size_t first = 0;
	while (first + 1 < number->len && number->p[first] == 0)
		first++;
	if (number->len == 0 || number->len - first > kSerialSize)
		put(out, "?");
	else if (number->len - first == 1 && number->p[first] == 0)
		put(out, "0");
	for (size_t i = first; number->len - first <= kSerialSize && i < number->len && !(number->len - first == 1 && number->p[first] == 0); i++)
		put(out, "%02X", number->p[i]);
}

static void tellSignature(Out* out, mbedtls_md_type_t hash, int key)
{
	static const struct { mbedtls_md_type_t hash; const char *rsa, *curve; } names[] = {
		{ MBEDTLS_MD_MD5, "md5WithRSAEncryption", "unknown" },
		{ MBEDTLS_MD_SHA1, "sha1WithRSAEncryption", "ecdsa-with-SHA1" },
		{ MBEDTLS_MD_SHA224, "sha224WithRSAEncryption", "ecdsa-with-SHA224" },
		{ MBEDTLS_MD_SHA256, "sha256WithRSAEncryption", "ecdsa-with-SHA256" },
		{ MBEDTLS_MD_SHA384, "sha384WithRSAEncryption", "ecdsa-with-SHA384" },
		{ MBEDTLS_MD_SHA512, "sha512WithRSAEncryption", "ecdsa-with-SHA512" },
	};
	const char* name = key == MBEDTLS_PK_RSASSA_PSS ? "rsassaPss" : "unknown";
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].hash == hash && key == MBEDTLS_PK_RSA)
			name = names[i].rsa;
		else if (names[i].hash == hash && key == MBEDTLS_PK_ECDSA)
			name = names[i].curve;
	}
	put(out, "signature %s\n", name);
}

static void tellFingerprint(Out* out, const mbedtls_x509_buf* raw)
{
	uint8_t digest[32];
	if (accelerator_hash(kHashSHA256, raw->p, raw->len, digest) != kAcceleratorOK)
		return;
	put(out, "fingerprint ");
	for (size_t i = 0; i < sizeof(digest); i++)
		put(out, "%s%02X", i ? ":" : "", digest[i]);
	put(out, "\n");
}

static void tellKey(Out* out, const mbedtls_pk_context* key)
{
	X509Key facts = certificates_key(key);
	mbedtls_pk_type_t type = mbedtls_pk_get_type(key);
	put(out, "key %s %u\n", type == MBEDTLS_PK_RSA ? "RSA" : type == MBEDTLS_PK_ECKEY ? "EC" : "unknown", (unsigned)mbedtls_pk_get_bitlen(key));
	put(out, "fault %d\n", judgement_key_fault(&facts));
}

static void tellTime(Out* out, const char* name, const mbedtls_x509_time* date)
{
	put(out, "%s %lld\n", name, date->year ? (long long)certificates_seconds(date) : 0);
}

/* ---- extensions ---- */

/* The value of an extension among `extensions` (RFC 5280 4.1.2.9: what is in the SEQUENCE OF). */
static int findExtension(DER extensions, const char* oid, size_t oidSize, DER* value)
{
	DER extension, type, wrapped;
	while (der_take(&extensions, kSequence, &extension)) {
		if (!der_take(&extension, MBEDTLS_ASN1_OID, &type))
			return 0;
		if (!der_is(type, oid, oidSize))
			continue;
		if (der_tag(extension) == MBEDTLS_ASN1_BOOLEAN && !der_skip(&extension))
			return 0;
		if (!der_whole(&extension, MBEDTLS_ASN1_OCTET_STRING, &wrapped))
			return 0;
		*value = wrapped;
		return 1;
	}
	return 0;
}

static DER extensionsOf(const mbedtls_x509_crt* certificate)
{
	DER all = certificate->v3_ext.p ? der_of(certificate->v3_ext.p, certificate->v3_ext.len) : der_of(NULL, 0), content;
	return der_take(&all, kSequence, &content) ? content : der_of(NULL, 0);
}

/* CertificationRequestInfo's attributes: the one that asks for extensions. */
static DER extensionsOfRequest(const mbedtls_x509_csr* request)
{
	DER info = der_of(request->cri.p, request->cri.len), content, attributes, attribute, type, values, extensions;
	if (!der_take(&info, kSequence, &content) || !der_skip(&content) || !der_skip(&content) || !der_skip(&content) || !der_take(&content, kContext(0), &attributes))
		return der_of(NULL, 0);
	while (der_take(&attributes, kSequence, &attribute)) {
		if (der_take(&attribute, MBEDTLS_ASN1_OID, &type) && der_is(type, MBEDTLS_OID_PKCS9_CSR_EXT_REQ, MBEDTLS_OID_SIZE(MBEDTLS_OID_PKCS9_CSR_EXT_REQ))
			&& der_take(&attribute, kSet, &values) && der_take(&values, kSequence, &extensions))
			return extensions;
	}
	return der_of(NULL, 0);
}

/* Bytes from a certificate, all but what is printable and no separator replaced. */
static void putText(Out* out, const char* type, DER value)
{
	put(out, "%s:", type);
	for (size_t i = 0; i < der_size(value) && i < 255; i++)
		put(out, value.at[i] > 0x20 && value.at[i] < 0x7F && value.at[i] != ',' && value.at[i] != '\\' ? "%c" : "\\%02X", value.at[i]);
	if (der_size(value) > 255)
		put(out, "...");
}

/* GeneralNames (RFC 5280 4.2.1.6). */
static void tellNames(Out* out, DER extensions)
{
	DER value, names, name;
	put(out, "names ");
	if (findExtension(extensions, MBEDTLS_OID_SUBJECT_ALT_NAME, MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_ALT_NAME), &value) && der_whole(&value, kSequence, &names)) {
		for (int i = 0, tag; (tag = der_tag(names)) >= 0 && der_take(&names, tag, &name); i++) {
			put(out, "%s%s", i ? ", " : "", i == kNamesShown ? "..." : "");
			if (i == kNamesShown)
				break;
			switch (tag & MBEDTLS_ASN1_TAG_VALUE_MASK) {
				case 1:
					putText(out, "email", name);
					break;
				case 2:
					putText(out, "DNS", name);
					break;
				case 4: {
					char text[kCertificateTextSize] = "";
					certificates_name_text(name.at, der_size(name), text);
					put(out, "DN:%s", text);
					break;
				}
				case 7:
					if (der_size(name) == 4) {
						put(out, "IP:%u.%u.%u.%u", name.at[0], name.at[1], name.at[2], name.at[3]);
						break;
					}
					/* fall through */
				default:
					put(out, "other");
			}
		}
	}
	put(out, "\n");
}

/* Extended key usage that gateways' certificates have (RFC 5280 4.2.1.12). */
static const char* useName(DER oid)
{
	static const struct { char last; const char* name; } uses[] = {
		{ 1, "TLS Web Server Authentication" }, { 2, "TLS Web Client Authentication" }, { 3, "Code Signing" }, { 4, "E-mail Protection" }, { 8, "Time Stamping" }, { 9, "OCSP Signing" },
	};
	for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
		const char bytes[] = { 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, uses[i].last };
		if (der_is(oid, bytes, sizeof(bytes)))
			return uses[i].name;
	}
	return NULL;
}

static void tellUse(Out* out, const mbedtls_x509_crt* certificate)
{
	static const char* const usages[] = { "digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign", "encipherOnly" };
	int count = 0;
	put(out, "use ");
	if (certificate->ext_types & MBEDTLS_X509_EXT_KEY_USAGE) {
		for (unsigned i = 0; i < sizeof(usages) / sizeof(usages[0]); i++) {
			if (certificate->key_usage & 0x80u >> i)
				put(out, "%s%s", count++ ? ", " : "", usages[i]);
		}
		if (certificate->key_usage & MBEDTLS_X509_KU_DECIPHER_ONLY)
			put(out, "%sdecipherOnly", count++ ? ", " : "");
	}
	if (certificate->ext_types & MBEDTLS_X509_EXT_EXTENDED_KEY_USAGE) {
		const mbedtls_x509_sequence* each = &certificate->ext_key_usage;
		for (int i = 0; each && each->buf.p && i < kUsesShown; each = each->next, i++) {
			char numbers[64];
			const char* name = useName(der_of(each->buf.p, each->buf.len));
			if (!name)
				name = mbedtls_oid_get_numeric_string(numbers, sizeof(numbers), &each->buf) > 0 ? numbers : "?";
			put(out, "%s%s", count++ ? ", " : "", name);
		}
	}
	put(out, "\n");
}

/* ---- the three kinds ---- */

static void describeCertificate(Out* out, const Certificate* first)
{
	const mbedtls_x509_crt* certificate = (const mbedtls_x509_crt*)first;
	unsigned count = 0;
	put(out, "kind certificate\n");
	tellName(out, "subject", &certificate->subject);
	tellName(out, "issuer", &certificate->issuer);
	put(out, "serial ");
	putNumber(out, &certificate->serial);
	put(out, "\n");
	tellTime(out, "from", &certificate->valid_from);
	tellTime(out, "to", &certificate->valid_to);
	tellNames(out, extensionsOf(certificate));
	tellUse(out, certificate);
	tellSignature(out, certificate->sig_md, certificate->sig_pk);
	tellFingerprint(out, &certificate->raw);
	tellKey(out, &certificate->pk);
	put(out, "flags%s%s%s%s\n", x509_is_authority(first) ? " authority" : "", x509_is_self_signed(first) ? " self-signed" : "",
		judgement_has_weak_signature(first) ? " weak-signature" : "", judgement_may_authenticate(first) ? "" : " other-use");
	for (const Certificate* each = first; each; each = x509_next(each))
		count++;
	put(out, "count %u\n", count);
}

static void describeRequest(Out* out, const mbedtls_x509_csr* request)
{
	put(out, "kind request\n");
	tellName(out, "subject", &request->subject);
	tellNames(out, extensionsOfRequest(request));
	tellSignature(out, request->sig_md, request->sig_pk);
	tellKey(out, &request->pk);
}

static void describeList(Out* out, const mbedtls_x509_crl* list)
{
	unsigned count = 0;
	put(out, "kind list\n");
	tellName(out, "issuer", &list->issuer);
	tellTime(out, "from", &list->this_update);
	tellTime(out, "to", &list->next_update);
	tellSignature(out, list->sig_md, list->sig_pk);
	tellFingerprint(out, &list->raw);
	for (const mbedtls_x509_crl_entry* each = &list->entry; each && each->serial.p; each = each->next)
		count++;
	put(out, "count %u\nrevoked ", count);
	const mbedtls_x509_crl_entry* each = &list->entry;
	for (unsigned i = 0; i < count && i < kRevokedShown; i++, each = each->next) {
		put(out, "%s", i ? ", " : "");
		putNumber(out, &each->serial);
	}
	put(out, "\n");
}

size_t certificates_describe(int kind, const char* pem, char* text, size_t capacity)
{
	Out out = { .text = text, .capacity = capacity };
	if (kind == kKindRevocationList) {
		mbedtls_x509_crl list;
		mbedtls_x509_crl_init(&list);
		if (strstr(pem, "-----BEGIN X509 CRL-----") && mbedtls_x509_crl_parse(&list, (const unsigned char*)pem, strlen(pem) + 1) == 0)
			describeList(&out, &list);
		mbedtls_x509_crl_free(&list);
	}
	else if (strstr(pem, kRequestBegin)) {
		mbedtls_x509_csr request;
		mbedtls_x509_csr_init(&request);
		if (mbedtls_x509_csr_parse(&request, (const unsigned char*)pem, strlen(pem) + 1) == 0)
			describeRequest(&out, &request);
		mbedtls_x509_csr_free(&request);
	}
	else {
		int fault;
		Certificate* first = x509_read(pem, &fault);
		if (first)
			describeCertificate(&out, first);
		x509_free(first);
	}
	text[out.size] = 0;
	return out.size;
}
