#include "route.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "rule.h"

typedef struct {
	struct nlmsghdr header;
	struct rtmsg route;
	uint8_t attributes[64];
} Request;

static void attribute(Request* request, unsigned short type, uint32_t value)
{
	struct rtattr* at = (struct rtattr*)((uint8_t*)request + NLMSG_ALIGN(request->header.nlmsg_len));
	at->rta_type = type;
	at->rta_len = RTA_LENGTH(sizeof value);
	memcpy(RTA_DATA(at), &value, sizeof value);
	request->header.nlmsg_len = NLMSG_ALIGN(request->header.nlmsg_len) + RTA_SPACE(sizeof value);
}

static int change(int netlink, int add, uint32_t first, unsigned prefix, uint32_t source, unsigned interface)
{
	/* NLM_F_CREATE alone puts the route before others to the same network. */
	Request request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg)), .nlmsg_type = add ? RTM_NEWROUTE : RTM_DELROUTE,
			.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | (add ? NLM_F_CREATE : 0)) },
		.route = { .rtm_family = AF_INET, .rtm_dst_len = (uint8_t)prefix, .rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_STATIC,
			.rtm_scope = add ? RT_SCOPE_LINK : RT_SCOPE_NOWHERE, .rtm_type = RTN_UNICAST },
	};
	struct { struct nlmsghdr header; struct nlmsgerr error; uint8_t rest[256]; } answer;
	attribute(&request, RTA_DST, htonl(first));
	attribute(&request, RTA_OIF, interface);
	if (add && source != 0)
		attribute(&request, RTA_PREFSRC, htonl(source));
	if (send(netlink, &request, request.header.nlmsg_len, 0) < 0)
		return -errno;
	ssize_t got = recv(netlink, &answer, sizeof answer, 0);
	if (got < (ssize_t)sizeof(struct nlmsghdr) || answer.header.nlmsg_type != NLMSG_ERROR)
		return got < 0 ? -errno : -EPROTO;
	return answer.error.error;
}

int route_change(int add, uint32_t first, unsigned prefix, uint32_t source, unsigned interface)
{
	int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (netlink < 0)
		return -errno;
	int result = change(netlink, add, first, prefix, source, interface);
	/* With another source each is a route of its own. */
	while (!add && result == 0)
		result = change(netlink, add, first, prefix, source, interface);
	if (add && source != 0 && result == -EINVAL)
		/* The machine does not have the address. */
		result = change(netlink, add, first, prefix, 0, interface);
	close(netlink);
	return (add && result == -EEXIST) || (!add && result == -ESRCH) ? 0 : result;
}

/* ---- MTU ---- */

static uint32_t interface_mtu(uint32_t index)
{
	struct ifreq request = { 0 };
	int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int found = control >= 0 && if_indextoname(index, request.ifr_name) != NULL && ioctl(control, SIOCGIFMTU, &request) == 0;
	if (control >= 0)
		close(control);
	return found && request.ifr_mtu > 0 ? (uint32_t)request.ifr_mtu : 0;
}

/* The first attribute of `type` in `size` bytes, if it has room for a number: that number, else 0. */
static uint32_t number(const uint8_t* at, size_t size, unsigned short type, const struct rtattr** found)
{
	struct rtattr header;
	uint32_t value = 0;
	for (size_t next; size >= sizeof header; at += next, size -= next) {
		memcpy(&header, at, sizeof header);
		if (header.rta_len < sizeof header || header.rta_len > size)
			break;
		if ((header.rta_type & NLA_TYPE_MASK) == type && header.rta_len >= RTA_LENGTH(sizeof value)) {
			memcpy(&value, at + RTA_LENGTH(0), sizeof value);
			if (found)
				*found = (const struct rtattr*)at;
			return value;
		}
		next = RTA_ALIGN(header.rta_len);
		if (next > size)
			break;
	}
	return 0;
}

/* Interface and MTU that a route's attributes say; 0 where they say none. */
static void read_route(const uint8_t* bytes, size_t size, uint32_t* interface, uint32_t* mtu)
{
	struct nlmsghdr header;
	const struct rtattr* metrics = NULL;
	memcpy(&header, bytes, sizeof header);
	if (header.nlmsg_type != RTM_NEWROUTE || header.nlmsg_len > size || header.nlmsg_len < NLMSG_SPACE(sizeof(struct rtmsg)))
		return;
	const uint8_t* attributes = bytes + NLMSG_SPACE(sizeof(struct rtmsg));
	size_t left = header.nlmsg_len - NLMSG_SPACE(sizeof(struct rtmsg));
	*interface = number(attributes, left, RTA_OIF, NULL);
	number(attributes, left, RTA_METRICS, &metrics);
	if (metrics)
		*mtu = number((const uint8_t*)metrics + RTA_LENGTH(0), metrics->rta_len - RTA_LENGTH(0), RTAX_MTU, NULL);
}

uint32_t route_mtu(uint32_t address, unsigned only)
{
	/* RTM_F_FIB_MATCH: the route as it was configured. */
	Request request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg)), .nlmsg_type = RTM_GETROUTE, .nlmsg_flags = NLM_F_REQUEST },
		.route = { .rtm_family = AF_INET, .rtm_dst_len = 32, .rtm_flags = RTM_F_FIB_MATCH },
	};
	union { struct nlmsghdr align; uint8_t bytes[1024]; } answer;
	uint32_t interface = 0, mtu = 0;
	int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (netlink < 0)
		return 0;
	attribute(&request, RTA_DST, htonl(address));
	if (only != 0)
		attribute(&request, RTA_OIF, only);
	/* As for our own sockets: not the way into the tunnel. */
	attribute(&request, RTA_MARK, kOwnMark);
	if (send(netlink, &request, request.header.nlmsg_len, 0) >= 0) {
		ssize_t got = recv(netlink, &answer, sizeof answer, 0);
		if (got >= (ssize_t)sizeof answer.align)
			read_route(answer.bytes, (size_t)got, &interface, &mtu);
	}
	close(netlink);
	uint32_t link = interface > 0 ? interface_mtu(interface) : 0;
	return mtu && (!link || mtu < link) ? mtu : link;
}
