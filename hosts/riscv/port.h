/* The two Ethernet ports: virtio-net over MMIO. */
#ifndef KEYGATE_RISCV_PORT_H
#define KEYGATE_RISCV_PORT_H

/* Finds them: the first network device on the bus is the WAN, the second the LAN. What is wrong with one is said on the serial port. */
void port_open(void);
/* Whether a port has something for board_port_poll. If not: an interrupt comes when it has. */
int port_has_frames(void);

#endif
