/**
 * Numbers assigned by RFC 2407 (IPsec DOI), RFC 2408 (ISAKMP), RFC 2409 (IKE), RFC 3947 (NAT traversal) and the registries
 * that followed them. What keygate does not do is here only where a log has to name it.
 */

export const ISAKMP_VERSION = 0x10;
export const HEADER_SIZE = 28;
export const PAYLOAD_HEADER_SIZE = 4;
export const COOKIE_SIZE = 8;
/** Four zero bytes in front of IKE on the NAT traversal port (RFC 3948 2.2). */
export const NON_ESP_MARKER_SIZE = 4;

/** RFC 2408 3.1, RFC 3947 */
export const PayloadType = Object.freeze({
	NONE: 0, SA: 1, PROPOSAL: 2, TRANSFORM: 3, KE: 4, ID: 5, CERT: 6, CERTREQ: 7, HASH: 8, SIG: 9, NONCE: 10,
	NOTIFICATION: 11, DELETE: 12, VENDOR: 13, ATTRIBUTES: 14, NAT_D: 20, NAT_OA: 21,
	/** draft-ietf-ipsec-nat-t-ike-02 and -03 */
	NAT_D_DRAFT: 130, NAT_OA_DRAFT: 131, FRAGMENT: 132
} as const);

/** RFC 2408 3.1, RFC 2409 appendix A */
export const ExchangeType = Object.freeze({ MAIN: 2, AGGRESSIVE: 4, INFORMATIONAL: 5, TRANSACTION: 6, QUICK: 32, NEW_GROUP: 33 } as const);

/** RFC 2408 3.1 */
export const Flag = Object.freeze({ ENCRYPTION: 1, COMMIT: 2, AUTHENTICATION_ONLY: 4 } as const);

export const DOI_ISAKMP = 0;
export const DOI_IPSEC = 1;
/** RFC 2407 4.2.1: the only situation there is in use. */
export const SITUATION_IDENTITY_ONLY = 1;

/** RFC 2407 4.4.1 */
export const ProtocolID = Object.freeze({ ISAKMP: 1, AH: 2, ESP: 3, IPCOMP: 4 } as const);

/** The one transform of phase 1 (RFC 2407 4.4.2). */
export const KEY_IKE = 1;

/** RFC 2407 4.4.3, RFC 4868 */
export const AHTransform = Object.freeze({ MD5: 2, SHA: 3, SHA2_256: 5, SHA2_384: 6, SHA2_512: 7 } as const);

/** RFC 2407 4.4.4, RFC 3602, RFC 3686, RFC 4106 */
export const ESPTransform = Object.freeze({ DES: 2, TRIPLE_DES: 3, NULL: 11, AES_CBC: 12, AES_CTR: 13, AES_GCM_16: 20 } as const);

/** Attribute types of phase 1 (RFC 2409 appendix A) */
export const Phase1Attribute = Object.freeze({
	ENCRYPTION: 1, HASH: 2, AUTHENTICATION: 3, GROUP: 4, GROUP_TYPE: 5, LIFE_TYPE: 11, LIFE_DURATION: 12, PRF: 13, KEY_LENGTH: 14
} as const);

/** Values of Phase1Attribute.ENCRYPTION (RFC 2409 appendix A, RFC 3602) */
export const Phase1Encryption = Object.freeze({ DES_CBC: 1, TRIPLE_DES_CBC: 5, AES_CBC: 7 } as const);

/** Values of Phase1Attribute.HASH (RFC 2409 appendix A, RFC 4868) */
export const Phase1Hash = Object.freeze({ MD5: 1, SHA: 2, SHA2_256: 4, SHA2_384: 5, SHA2_512: 6 } as const);

/** Values of Phase1Attribute.AUTHENTICATION (RFC 2409 appendix A, draft-ietf-ipsec-isakmp-xauth) */
export const AuthenticationMethod = Object.freeze({
	PRE_SHARED_KEY: 1, DSS_SIGNATURES: 2, RSA_SIGNATURES: 3, RSA_ENCRYPTION: 4, REVISED_RSA_ENCRYPTION: 5,
	XAUTH_INIT_PRE_SHARED: 65001, XAUTH_RESP_PRE_SHARED: 65002, XAUTH_INIT_RSA: 65005, XAUTH_RESP_RSA: 65006, HYBRID_INIT_RSA: 64221
} as const);

/** Attribute types of phase 2 (RFC 2407 4.5, RFC 4304) */
export const Phase2Attribute = Object.freeze({
	LIFE_TYPE: 1, LIFE_DURATION: 2, GROUP: 3, ENCAPSULATION: 4, AUTHENTICATION: 5, KEY_LENGTH: 6, KEY_ROUNDS: 7, ESN: 11
} as const);

/** Values of either LIFE_TYPE */
export const LifeType = Object.freeze({ SECONDS: 1, KILOBYTES: 2 } as const);

/** Values of Phase2Attribute.ENCAPSULATION (RFC 2407 4.5, RFC 3947 5.1, its drafts) */
export const Encapsulation = Object.freeze({
	TUNNEL: 1, TRANSPORT: 2, UDP_TUNNEL: 3, UDP_TRANSPORT: 4, UDP_TUNNEL_DRAFT: 61443, UDP_TRANSPORT_DRAFT: 61444
} as const);

/** Values of Phase2Attribute.AUTHENTICATION (RFC 2407 4.5, RFC 4868) */
export const Phase2Authentication = Object.freeze({ HMAC_MD5: 1, HMAC_SHA: 2, HMAC_SHA2_256: 5, HMAC_SHA2_384: 6, HMAC_SHA2_512: 7 } as const);

/** RFC 2407 4.6.2.1 */
export const IDType = Object.freeze({
	IPV4_ADDR: 1, FQDN: 2, USER_FQDN: 3, IPV4_ADDR_SUBNET: 4, IPV6_ADDR: 5, IPV6_ADDR_SUBNET: 6, IPV4_ADDR_RANGE: 7,
	IPV6_ADDR_RANGE: 8, DER_ASN1_DN: 9, DER_ASN1_GN: 10, KEY_ID: 11
} as const);

/** RFC 2408 3.14.1, RFC 2407 4.6.3, RFC 3706 */
export const NotifyType = Object.freeze({
	INVALID_PAYLOAD_TYPE: 1, DOI_NOT_SUPPORTED: 2, SITUATION_NOT_SUPPORTED: 3, INVALID_COOKIE: 4, INVALID_MAJOR_VERSION: 5,
	INVALID_MINOR_VERSION: 6, INVALID_EXCHANGE_TYPE: 7, INVALID_FLAGS: 8, INVALID_MESSAGE_ID: 9, INVALID_PROTOCOL_ID: 10,
	INVALID_SPI: 11, INVALID_TRANSFORM_ID: 12, ATTRIBUTES_NOT_SUPPORTED: 13, NO_PROPOSAL_CHOSEN: 14, BAD_PROPOSAL_SYNTAX: 15,
	PAYLOAD_MALFORMED: 16, INVALID_KEY_INFORMATION: 17, INVALID_ID_INFORMATION: 18, INVALID_CERT_ENCODING: 19,
	INVALID_CERTIFICATE: 20, CERT_TYPE_UNSUPPORTED: 21, INVALID_CERT_AUTHORITY: 22, INVALID_HASH_INFORMATION: 23,
	AUTHENTICATION_FAILED: 24, INVALID_SIGNATURE: 25, ADDRESS_NOTIFICATION: 26, NOTIFY_SA_LIFETIME: 27,
	CERTIFICATE_UNAVAILABLE: 28, UNSUPPORTED_EXCHANGE_TYPE: 29, UNEQUAL_PAYLOAD_LENGTHS: 30, CONNECTED: 16384,
	RESPONDER_LIFETIME: 24576, REPLAY_STATUS: 24577, INITIAL_CONTACT: 24578, R_U_THERE: 36136, R_U_THERE_ACK: 36137
} as const);

/** The first notification type that tells of a state and not of an error (RFC 2408 3.14.1). */
export const FIRST_STATUS_NOTIFY = 16384;

/** Values of a certificate payload's encoding (RFC 2408 3.9) */
export const CertificateEncoding = Object.freeze({ NONE: 0, PKCS7: 1, X509_SIGNATURE: 4, X509_KEY_EXCHANGE: 5, CRL: 7 } as const);
