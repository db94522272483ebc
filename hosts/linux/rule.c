#define _GNU_SOURCE

#include "rule.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/fib_rules.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "../../modules/limits.h"

typedef struct {
	struct nlmsghdr header;
	union {
		struct rtmsg route;
		struct fib_rule_hdr rule;
	};
	uint8_t attributes[192];
} Request;

typedef struct {
	OwnTraffic traffic;
	int fresh;	/* added since the last settlement */
} Rule;

/* Those of the settings before and those of now. */
static Rule rules[2 * CONNECTIONS];
static unsigned count;

static void add_bytes(Request* request, unsigned short type, const void* value, size_t size)
{
	struct rtattr* at = (struct rtattr*)((uint8_t*)request + NLMSG_ALIGN(request->header.nlmsg_len));
	at->rta_type = type;
	at->rta_len = (unsigned short)RTA_LENGTH(size);
	memcpy(RTA_DATA(at), value, size);
	request->header.nlmsg_len = (uint32_t)(NLMSG_ALIGN(request->header.nlmsg_len) + RTA_SPACE(size));
}

static void add_number(Request* request, unsigned short type, uint32_t value)
{
	add_bytes(request, type, &value, sizeof value);
}

static int ask(const Request* request)
{
	struct { struct nlmsghdr header; struct nlmsgerr error; uint8_t rest[512]; } answer;
	int result = -EPROTO;
	int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (netlink < 0)
		return -errno;
	if (send(netlink, request, request->header.nlmsg_len, 0) < 0)
		result = -errno;
	else {
		ssize_t got = recv(netlink, &answer, sizeof answer, 0);
		if (got < 0)
			result = -errno;
		else if (got >= (ssize_t)(sizeof answer.header + sizeof answer.error) && answer.header.nlmsg_type == NLMSG_ERROR)
			result = answer.error.error;
	}
	close(netlink);
	return result;
}

static void add_ports(Request* request, unsigned short type, uint16_t port)
{
	struct fib_rule_port_range range = { .start = port, .end = port };
	if (port != 0)
		add_bytes(request, type, &range, sizeof range);
}

/* Preferences: our sockets leap over the rules of own traffic, to where they are as any other's. */
#define kLeap kOwnMark
#define kOwn (kOwnMark + 1)
#define kLanding (kOwnMark + 2)

static Request rule_request(int add, uint8_t action, uint32_t preference)
{
	Request request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct fib_rule_hdr)), .nlmsg_type = add ? RTM_NEWRULE : RTM_DELRULE,
			.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | (add ? NLM_F_CREATE | NLM_F_EXCL : 0)) },
		.rule = { .family = AF_INET, .action = action },
	};
	add_number(&request, FRA_PRIORITY, preference);
	return request;
}

static int change_rule(const Request* request, int add)
{
	int result = ask(request);
	return (add && result == -EEXIST) || (!add && result == -ENOENT) ? 0 : result;
}

/* The landing before the leap, and the other way round. */
static int change_leap(int add)
{
	Request landing = rule_request(add, FR_ACT_NOP, kLanding);
	Request leap = rule_request(add, FR_ACT_GOTO, kLeap);
	add_number(&leap, FRA_GOTO, kLanding);
	add_number(&leap, FRA_FWMARK, kOwnMark);
	add_number(&leap, FRA_FWMASK, 0xffffffff);
	int result = change_rule(add ? &landing : &leap, add);
	return result == 0 ? change_rule(add ? &leap : &landing, add) : result;
}

/* "iif lo": what is sent here, not what is forwarded. */
static int change_own(const OwnTraffic* traffic, int add)
{
	Request request = rule_request(add, FR_ACT_TO_TBL, kOwn);
	request.rule.dst_len = 32;
	add_number(&request, FRA_TABLE, kOwnMark);
	add_bytes(&request, FRA_IIFNAME, "lo", 3);
	add_number(&request, FRA_DST, htonl(traffic->remote));
	if (traffic->protocol != 0)
		add_bytes(&request, FRA_IP_PROTO, &traffic->protocol, 1);
	add_ports(&request, FRA_SPORT_RANGE, traffic->localPort);
	add_ports(&request, FRA_DPORT_RANGE, traffic->remotePort);
	return change_rule(&request, add);
}

/*
 * Its MTU is locked at the most there is: a datagram comes to the engine whole, since transport mode carries no fragments, and what is too large is cut when it
 * is sealed. Of TCP the engine clamps the MSS.
 */
static int add_route(const OwnTraffic* traffic, unsigned interface)
{
	struct { struct rtattr lock; uint32_t locked; struct rtattr mtu; uint32_t size; } metrics = {
		.lock = { .rta_len = RTA_LENGTH(4), .rta_type = RTAX_LOCK }, .locked = 1u << RTAX_MTU,
		.mtu = { .rta_len = RTA_LENGTH(4), .rta_type = RTAX_MTU }, .size = 65520,
	};
	Request request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg)), .nlmsg_type = RTM_NEWROUTE,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE },
		.route = { .rtm_family = AF_INET, .rtm_dst_len = 32, .rtm_table = RT_TABLE_UNSPEC, .rtm_protocol = RTPROT_STATIC, .rtm_scope = RT_SCOPE_LINK, .rtm_type = RTN_UNICAST },
	};
	add_number(&request, RTA_TABLE, kOwnMark);
	add_number(&request, RTA_DST, htonl(traffic->remote));
	add_number(&request, RTA_OIF, interface);
	add_number(&request, RTA_PREFSRC, htonl(traffic->source));
	add_bytes(&request, RTA_METRICS, &metrics, sizeof metrics);
	return ask(&request);
}

int rule_add(const OwnTraffic* traffic, unsigned interface)
{
	int result = add_route(traffic, interface);
	if (result == 0)
		result = change_leap(1);
	if (result == 0)
		result = change_own(traffic, 1);
	for (unsigned i = 0; i < count; i++)
		if (memcmp(&rules[i].traffic, traffic, sizeof *traffic) == 0) {
			rules[i].fresh = 1;
			return result;
		}
	if (result == 0 && count < 2 * CONNECTIONS)
		rules[count++] = (Rule){ *traffic, 1 };
	return result;
}

void rule_restart(void)
{
	for (unsigned i = 0; i < count; i++)
		rules[i].fresh = 0;
}

void rule_settle(void)
{
	unsigned left = 0, before = count;
	for (unsigned i = 0; i < count; i++) {
		if (rules[i].fresh)
			rules[left++] = (Rule){ rules[i].traffic, 0 };
		else
			change_own(&rules[i].traffic, 0);
	}
	count = left;
	if (left == 0 && before > 0)
		change_leap(0);
}

static int read_filter(const char* interface)
{
	char path[96], value[8] = "";
	snprintf(path, sizeof path, "/proc/sys/net/ipv4/conf/%s/rp_filter", interface);
	FILE* file = fopen(path, "re");
	if (!file)
		return 0;
	int number = fgets(value, sizeof value, file) ? value[0] - '0' : 0;
	fclose(file);
	return number;
}

int rule_filter_is_strict(uint32_t address)
{
	struct ifaddrs* all = NULL;
	int strict = 0;
	if (getifaddrs(&all) < 0)
		return 0;
	for (const struct ifaddrs* each = all; each; each = each->ifa_next) {
		struct sockaddr_in own;
		if (!each->ifa_addr || each->ifa_addr->sa_family != AF_INET)
			continue;
		memcpy(&own, each->ifa_addr, sizeof own);
		if (own.sin_addr.s_addr != htonl(address))
			continue;
		/* The larger of both counts (Documentation/networking/ip-sysctl.rst). */
		int every = read_filter("all"), one = read_filter(each->ifa_name);
		strict |= (every > one ? every : one) == 1;
	}
	freeifaddrs(all);
	return strict;
}
