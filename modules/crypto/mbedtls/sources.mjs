// The files of mbedTLS 2.28 (in its folder `library`) that the backend needs with configuration.h; the linker leaves out what nothing uses.
const names = `aes asn1parse asn1write base64 bignum cipher cipher_wrap constant_time ctr_drbg des ecdsa ecp ecp_curves entropy gcm md md5 oid pem
	pk pk_wrap pkcs12 pkcs5 pkparse pkwrite platform platform_util rsa rsa_internal sha1 sha256 sha512 version x509 x509_crl x509_crt x509_csr`;

export const mbedtlsSources = Object.freeze(names.split(/\s+/).map((name) => `${name}.c`));
