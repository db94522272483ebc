/* The ports: what comes from the drivers goes to lwIP's thread in frames of ours, what lwIP sends goes to the drivers in one piece. */
#include <string.h>
#include "esp_event.h"
#include "esp_netif.h"
#include "lwip/etharp.h"
#include "netif/ethernet.h"

#include "../lwip/frame.h"
#include "../lwip/lock.h"
#include "esp32.h"

static struct netif* ports[kPorts];
static BoardPortCounters counters[kPorts];

void ports_open(void)
{
	/* what of esp_netif is used: it starts lwIP's thread */
	if (esp_netif_init() != ESP_OK)
		board_fatal("the network did not start");
	/* the SDK may have made it already */
	esp_err_t made = esp_event_loop_create_default();
	if (made != ESP_OK && made != ESP_ERR_INVALID_STATE)
		board_fatal("the event loop did not start");
}

static int send(BoardPort port, const uint8_t* frame, uint16_t length)
{
	return port == kPortWAN ? emac_send(frame, length) : radio_send(frame, length);
}

/* In lwIP's thread, or under its lock. */
static err_t output(struct netif* netif, struct pbuf* packet)
{
	/* the drivers take a frame in one piece, which those of the packet engine are */
	static uint8_t whole[kFrameLength];
	BoardPort port = (BoardPort)(uintptr_t)netif->state;
	const uint8_t* frame = (const uint8_t*)packet->payload + ETH_PAD_SIZE;
	uint16_t length = (uint16_t)(packet->tot_len - ETH_PAD_SIZE);
	if (length > kFrameLength)
		return ERR_BUF;
	if (packet->next != NULL) {
		pbuf_copy_partial(packet, whole, length, ETH_PAD_SIZE);
		frame = whole;
	}
	if (send(port, frame, length) < 0) {
		counters[port].ringFull++;
		return ERR_MEM;
	}
	counters[port].sent++;
	return ERR_OK;
}

err_t board_port_init(struct netif* netif)
{
	BoardPort port = (BoardPort)(uintptr_t)netif->state;
	if (port >= kPorts)
		return ERR_IF;
	netif->name[0] = port == kPortWAN ? 'w' : 'l';
	netif->name[1] = 'n';
	netif->mtu = 1500;
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
	netif->hwaddr_len = ETH_HWADDR_LEN;
	netif->output = etharp_output;
	netif->linkoutput = output;
	ports[port] = netif;
	return (port == kPortWAN ? emac_open(netif->hwaddr) : radio_open(netif->hwaddr)) < 0 ? ERR_IF : ERR_OK;
}

/* lwIP has a thread of its own here, to which the drivers' tasks hand what they receive. */
unsigned board_port_poll(struct netif* netif, unsigned limit)
{
	(void)netif;
	(void)limit;
	return 0;
}

void port_received(BoardPort port, const uint8_t* frame, uint32_t length)
{
	struct netif* netif = ports[port];
	if (length < SIZEOF_ETH_HDR - ETH_PAD_SIZE || length > kFrameLength) {
		counters[port].malformed++;
		return;
	}
	struct pbuf* packet = netif == NULL ? NULL : frame_receive((uint16_t)length);
	if (packet == NULL) {
		counters[port].noBuffer++;
		return;
	}
	memcpy((uint8_t*)packet->payload + ETH_PAD_SIZE, frame, length);
	if (netif->input(packet, netif) != ERR_OK) {
		/* the queue to lwIP's thread is full */
		pbuf_free(packet);
		counters[port].noBuffer++;
		return;
	}
	counters[port].received++;
}

void port_link(BoardPort port, int up)
{
	struct netif* netif = ports[port];
	if (netif == NULL)
		return;
	lock_take();
	if (up)
		netif_set_link_up(netif);
	else
		netif_set_link_down(netif);
	lock_release();
	board_wake();
}

void board_port_counters(BoardPort port, BoardPortCounters* to)
{
	*to = counters[port];
}
