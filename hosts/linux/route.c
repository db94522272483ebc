#include "route.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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
	if (add && source != 0 && result == -EINVAL)
		/* The machine does not have the address. */
		result = change(netlink, add, first, prefix, 0, interface);
	close(netlink);
	return (add && result == -EEXIST) || (!add && result == -ESRCH) ? 0 : result;
}
