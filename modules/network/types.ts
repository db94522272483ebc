/** The ports of a unit that has them to itself, as the host supplies them. */

export const WAN = 0;
export const LAN = 1;
export type Port = typeof WAN | typeof LAN;

/** What a port tells of itself; see `Ports.state`. */
export const State = Object.freeze({
	/** 1: the cable is in. */
	LINK: 0,
	/** A Claim. */
	CLAIM: 1,
	ADDRESS: 2,
	PREFIX: 3,
	ROUTER: 4,
	/** Seconds for which the address was leased, 0: it was not. */
	LEASE: 5,
	DNS: 6,
	SECOND_DNS: 7,
	/** How often somebody else has claimed the port's address. */
	CONFLICTS: 8,
} as const);

/** Whose the port's address is: nobody asked; it waits for the cable; it is being asked; this unit's; somebody else's. */
export const Claim = Object.freeze({ NONE: 0, WAITING: 1, ASKING: 2, OURS: 3, TAKEN: 4 } as const);

/** Addresses are numbers, 0: none. */
export interface Ports {
	/** `onChange` is called, from the loop, when anything of the ports may have changed. Once. */
	watch(onChange: () => void): void;
	/** The port has this address once nobody else has claimed it. */
	setStatic(port: Port, address: number, prefix: number, router: number): void;
	/** The WAN's address is asked of a DHCP server, which is told this name. */
	askLease(name: string): void;
	/** Without a first one those of the lease. */
	setDNS(first: number, second: number): void;
	/** Undefined: there is no such port. */
	state(port: Port, what: number): number | undefined;
	/** Who has claimed the port's address last: a hardware address as text; undefined: nobody. */
	other(port: Port): string | undefined;
	/** Asks on the LAN who has this address; then, who has said so since. */
	ask(address: number): void;
	holder(address: number): string | undefined;
}
