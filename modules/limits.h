/* Generated from limits.ts by `npm run build -- --write`; the build stops when they disagree. */
#ifndef KEYGATE_LIMITS_H
#define KEYGATE_LIMITS_H

/* where this folder is searched for <limits.h> too (the Moddable SDK does), the compiler's own is meant as well */
#include_next <limits.h>

#define PEERS 8
#define CONNECTIONS 16
#define SECURITY_ASSOCIATIONS 48
#define PACKET_CONTEXTS 96
#define IKE_SECURITY_ASSOCIATIONS 16
#define HALF_OPEN 6
#define QUICK_MODES 4
#define QUICK_MODES_IN_ALL 6
#define QUICK_MODES_OWN 4
#define PROPOSALS 8
#define IKESA_ANSWERED 5
#define PAYLOADS 32
#define TRANSFORMS 40
#define IKE_MESSAGE_SIZE 6144
#if __SIZEOF_POINTER__ == 4
#define MESSAGE_QUEUE 16
#else
#define MESSAGE_QUEUE 64
#endif
#define REASSEMBLIES 2
#define FRAGMENTS 16
#define RETRANSMISSIONS 5
#define PROBES 5
#define PARKED_PACKETS 16
#define PARKED_PACKET_SIZE 1600
#if __SIZEOF_POINTER__ == 4
#define PARK_SIZE 8192
#else
#define PARK_SIZE 25600
#endif
#define FRAGMENTED_PACKETS 16
#if __SIZEOF_POINTER__ == 4
#define VECTORS 16
#else
#define VECTORS 64
#endif
#define PATHS 16
#define ENGINE_EVENTS 64
#define REPLAY_WINDOW 512
#if __SIZEOF_POINTER__ == 4
#define VPN_LOG_ENTRIES 80
#else
#define VPN_LOG_ENTRIES 256
#endif
#define VPN_LOG_ENTRY_SIZE 192
#if __SIZEOF_POINTER__ == 4
#define FIREWALL_LOG_ENTRIES 256
#else
#define FIREWALL_LOG_ENTRIES 512
#endif
#define LADDER_MESSAGES 8
#define LADDER_MESSAGE_SIZE 24
#define LADDER_SIZE 256
#define LADDERS 41
#define HISTORY_MINUTES 60
#define HISTORY_EVENTS 4
#define HISTORY_MINUTE_SIZE 12
#define HISTORY_EVENT_SIZE 48
#define HISTORY_SIZE 1024
#define VPN_LOG_KEPT 64
#define ATTEMPTS 8
#define ATTEMPT_SIZE 512
#define PROBLEMS 16
#define HTTP_CONNECTIONS 8
#define HTTP_LINE_SIZE 1024
#define HTTP_HEADER_SIZE 4096
#define HTTP_BODY_SIZE 4096
#define UPLOAD_SIZE 49152
#define PAGE_PIECE_SIZE 4096
#define CONSOLE_LINE_SIZE 256
#define CONSOLE_HISTORY_SIZE 512
#define DH_JOBS 8
#define OWN_CERTIFICATES 4
#define TRUSTED_CERTIFICATES 8
#define REVOCATION_LISTS 8
#define CERTIFICATE_CHAIN 4
#define FIXED_LEASES 8
#define DHCP_LEASES 64
#define DHCP_LEASE_SIZE 64
#define SETTINGS_SIZE 32768
#define SETTINGS_HEADER_SIZE 80
#if __SIZEOF_POINTER__ == 4
#define SETTINGS_MEMORY_SIZE 49152
#else
#define SETTINGS_MEMORY_SIZE 65536
#endif

#endif
