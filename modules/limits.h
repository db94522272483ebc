/* Generated from limits.ts by `npm run build -- --write`; the build stops when they disagree. */
#ifndef KEYGATE_LIMITS_H
#define KEYGATE_LIMITS_H

#define PEERS 8
#define CONNECTIONS 16
#define SECURITY_ASSOCIATIONS 48
#define IKE_SECURITY_ASSOCIATIONS 16
#define HALF_OPEN 6
#define QUICK_MODES 4
#define PROPOSALS 8
#define IKESA_ANSWERED 5
#define PAYLOADS 32
#define TRANSFORMS 40
#define IKE_MESSAGE_SIZE 3072
#define RETRANSMISSIONS 5
#define PARKED_PACKETS 16
#define PARKED_PACKET_SIZE 1600
#define ENGINE_EVENTS 64
#define REPLAY_WINDOW 256
#define VPN_LOG_ENTRIES 256
#define VPN_LOG_ENTRY_SIZE 192
#define PROBLEMS 16
#define HTTP_CONNECTIONS 8
#define HTTP_LINE_SIZE 1024
#define HTTP_HEADER_SIZE 4096
#define HTTP_BODY_SIZE 4096
#define PAGE_PIECE_SIZE 4096
#define CONSOLE_LINE_SIZE 256
#define DH_JOBS 8
#define SETTINGS_SIZE 32768

#endif
