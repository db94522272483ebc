/* Generated from entry.ts by `npm run build -- --write`; the build stops when they disagree. */
#ifndef KEYGATE_LOG_ENTRY_H
#define KEYGATE_LOG_ENTRY_H

#define VPN_LOG_SEQUENCE 0
#define VPN_LOG_TIME 8
#define VPN_LOG_SEVERITY 16
#define VPN_LOG_PEER_SIZE 17
#define VPN_LOG_TEXT_SIZE 18
#define VPN_LOG_BYTES 20
#define VPN_LOG_PEER_ROOM 32

#endif
