/*
 * What there is to tell a person of a certificate, a signing request or a revocation list, by OpenSSL 3. Lines of a name, a space and a value:
 *
 *     kind        certificate, request or list
 *     subject issuer serial signature fingerprint (SHA-256)
 *     from to     seconds since 1970; of a list, when it was made and when the next one is due (0: it does not say)
 *     key         RSA 2048
 *     names       DNS:gate.example, IP:10.0.0.1
 *     use         digitalSignature, ... as far as the certificate restricts it
 *     count       certificates in the text; revoked ones of a list
 *     revoked     serial numbers of a list, the first few
 *     flags       authority self-signed weak-signature other-use
 *     fault       a number (kText...): its key cannot be used here
 */
#include "backend.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#define kRevokedShown 8

static void tell(BIO* out, const char* name, const char* value)
{
	BIO_printf(out, "%s %s\n", name, value);
}

static void tellName(BIO* out, const char* name, const X509_NAME* value)
{
	char text[kCertificateTextSize];
	certificates_name_print(value, text);
	tell(out, name, text);
}

static void tellNumber(BIO* out, const char* name, const ASN1_INTEGER* value)
{
	BIGNUM* number = value ? ASN1_INTEGER_to_BN(value, NULL) : NULL;
	char* text = number && BN_num_bits(number) <= 8 * 32 ? BN_bn2hex(number) : NULL;
	tell(out, name, text ? text : "?");
	OPENSSL_free(text);
	BN_free(number);
}

static void tellTime(BIO* out, const char* name, const ASN1_TIME* value)
{
	BIO_printf(out, "%s %lld\n", name, (long long)certificates_seconds(value));
}

static void tellSignature(BIO* out, int nid)
{
	const char* name = OBJ_nid2ln(nid);
	tell(out, "signature", nid == NID_undef || !name ? "unknown" : name);
}

static void tellFingerprint(BIO* out, const uint8_t* digest, unsigned size)
{
	BIO_puts(out, "fingerprint ");
	for (unsigned i = 0; i < size; i++)
		BIO_printf(out, "%s%02X", i ? ":" : "", digest[i]);
	BIO_puts(out, "\n");
}

static int tellKey(BIO* out, const EVP_PKEY* key)
{
	X509Key facts = certificates_key(key);
	int fault = key ? judgement_key_fault(&facts) : kTextMalformed;
	const char* type = key ? EVP_PKEY_get0_type_name(key) : NULL;
	BIO_printf(out, "key %s %d\n", type ? type : "unknown", key ? EVP_PKEY_get_bits(key) : 0);
	BIO_printf(out, "fault %d\n", fault);
	return fault;
}

/* Bytes from a certificate, all but what is printable and no separator replaced. */
static void addText(BIO* out, const char* type, const ASN1_STRING* value)
{
	const uint8_t* bytes = ASN1_STRING_get0_data(value);
	int size = ASN1_STRING_length(value);
	BIO_printf(out, "%s:", type);
	for (int i = 0; i < size && i < 255; i++)
		if (bytes[i] > 0x20 && bytes[i] < 0x7F && bytes[i] != ',' && bytes[i] != '\\')
			BIO_printf(out, "%c", bytes[i]);
		else
			BIO_printf(out, "\\%02X", bytes[i]);
	if (size > 255)
		BIO_puts(out, "...");
}

static void tellNames(BIO* out, const GENERAL_NAMES* names)
{
	BIO_puts(out, "names ");
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
		if (i)
			BIO_puts(out, ", ");
		if (i == 16) {
			BIO_puts(out, "...");
			break;
		}
		const uint8_t* ip = name->type == GEN_IPADD ? ASN1_STRING_get0_data(name->d.iPAddress) : NULL;
		if (name->type == GEN_DNS)
			addText(out, "DNS", name->d.dNSName);
		else if (name->type == GEN_EMAIL)
			addText(out, "email", name->d.rfc822Name);
		else if (ip && ASN1_STRING_length(name->d.iPAddress) == 4)
			BIO_printf(out, "IP:%u.%u.%u.%u", ip[0], ip[1], ip[2], ip[3]);
		else if (name->type == GEN_DIRNAME) {
			char text[kCertificateTextSize];
			certificates_name_print(name->d.directoryName, text);
			BIO_printf(out, "DN:%s", text);
		}
		else
			BIO_puts(out, "other");
	}
	BIO_puts(out, "\n");
}

static void tellUse(BIO* out, X509* certificate)
{
	static const char* const usages[] = { "digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign",
		"encipherOnly", "decipherOnly" };
	ASN1_BIT_STRING* usage = X509_get_ext_d2i(certificate, NID_key_usage, NULL, NULL);
	EXTENDED_KEY_USAGE* extended = X509_get_ext_d2i(certificate, NID_ext_key_usage, NULL, NULL);
	int count = 0;
	BIO_puts(out, "use ");
	for (int i = 0; usage && i < (int)(sizeof(usages) / sizeof(usages[0])); i++)
		if (ASN1_BIT_STRING_get_bit(usage, i))
			BIO_printf(out, "%s%s", count++ ? ", " : "", usages[i]);
	for (int i = 0; i < sk_ASN1_OBJECT_num(extended) && i < 16; i++) {
		char text[64];
		if (OBJ_obj2txt(text, sizeof(text), sk_ASN1_OBJECT_value(extended, i), 0) > 0)
			BIO_printf(out, "%s%s", count++ ? ", " : "", text);
	}
	BIO_puts(out, "\n");
	ASN1_BIT_STRING_free(usage);
	EXTENDED_KEY_USAGE_free(extended);
}

static void describeCertificate(BIO* out, const Certificate* first)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned size = 0, count = 0;
	X509* certificate = certificates_inside(first);
	GENERAL_NAMES* names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	tell(out, "kind", "certificate");
	tellName(out, "subject", X509_get_subject_name(certificate));
	tellName(out, "issuer", X509_get_issuer_name(certificate));
	tellNumber(out, "serial", X509_get0_serialNumber(certificate));
	tellTime(out, "from", X509_get0_notBefore(certificate));
	tellTime(out, "to", X509_get0_notAfter(certificate));
	tellNames(out, names);
	tellUse(out, certificate);
	tellSignature(out, X509_get_signature_nid(certificate));
	if (X509_digest(certificate, EVP_sha256(), digest, &size))
		tellFingerprint(out, digest, size);
	tellKey(out, X509_get0_pubkey(certificate));
	BIO_printf(out, "flags%s%s%s%s\n", x509_is_authority(first) ? " authority" : "", x509_is_self_signed(first) ? " self-signed" : "",
		judgement_has_weak_signature(first) ? " weak-signature" : "", judgement_may_authenticate(first) ? "" : " other-use");
	for (const Certificate* each = first; each; each = x509_next(each))
		count++;
	BIO_printf(out, "count %u\n", count);
	GENERAL_NAMES_free(names);
}

static void describeRequest(BIO* out, X509_REQ* request)
{
	STACK_OF(X509_EXTENSION)* extensions = X509_REQ_get_extensions(request);
	GENERAL_NAMES* names = X509V3_get_d2i(extensions, NID_subject_alt_name, NULL, NULL);
	tell(out, "kind", "request");
	tellName(out, "subject", X509_REQ_get_subject_name(request));
	tellNames(out, names);
	tellSignature(out, X509_REQ_get_signature_nid(request));
	tellKey(out, X509_REQ_get0_pubkey(request));
	GENERAL_NAMES_free(names);
	sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
}

static void describeList(BIO* out, X509_CRL* list)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned size = 0;
	STACK_OF(X509_REVOKED)* revoked = X509_CRL_get_REVOKED(list);
	tell(out, "kind", "list");
	tellName(out, "issuer", X509_CRL_get_issuer(list));
	tellTime(out, "from", X509_CRL_get0_lastUpdate(list));
	tellTime(out, "to", X509_CRL_get0_nextUpdate(list));
	tellSignature(out, X509_CRL_get_signature_nid(list));
	if (X509_CRL_digest(list, EVP_sha256(), digest, &size))
		tellFingerprint(out, digest, size);
	BIO_printf(out, "count %d\n", sk_X509_REVOKED_num(revoked) < 0 ? 0 : sk_X509_REVOKED_num(revoked));
	BIO_puts(out, "revoked ");
	for (int i = 0; i < sk_X509_REVOKED_num(revoked) && i < kRevokedShown; i++) {
		BIGNUM* number = ASN1_INTEGER_to_BN(X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(revoked, i)), NULL);
		char* text = number && BN_num_bits(number) <= 8 * 32 ? BN_bn2hex(number) : NULL;
		BIO_printf(out, "%s%s", i ? ", " : "", text ? text : "?");
		OPENSSL_free(text);
		BN_free(number);
	}
	BIO_puts(out, "\n");
}

static void describe(BIO* out, BIO* in, int kind, const char* pem)
{
	if (kind == kKindRevocationList) {
		X509_CRL* list = PEM_read_bio_X509_CRL(in, NULL, certificates_no_passphrase, NULL);
		if (list)
			describeList(out, list);
		X509_CRL_free(list);
	}
	else if (strstr(pem, kRequestBegin)) {
		X509_REQ* request = PEM_read_bio_X509_REQ(in, NULL, certificates_no_passphrase, NULL);
		if (request)
			describeRequest(out, request);
		X509_REQ_free(request);
	}
	else {
		int fault;
		Certificate* first = x509_read(pem, &fault);
		if (first)
			describeCertificate(out, first);
		x509_free(first);
	}
}

size_t certificates_describe(int kind, const char* pem, char* text, size_t capacity)
{
	BIO* in = BIO_new_mem_buf(pem, -1);
	BIO* out = BIO_new(BIO_s_mem());
	char* data;
	long size = 0;
	if (in && out) {
		describe(out, in, kind, pem);
		size = BIO_get_mem_data(out, &data);
		if (size <= 0 || (size_t)size >= capacity)
			size = 0;
		else
			memcpy(text, data, (size_t)size);
	}
	text[size] = 0;
	BIO_free(in);
	BIO_free(out);
	ERR_clear_error();
	return (size_t)size;
}
