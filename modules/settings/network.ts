/** What the addresses of the two ports and the services on them must agree on. */
import { formatAddress, netmask, parseAddress } from "../addresses.js";
import { quoted } from "../log/printable.js";
import type { DraftDHCPServer, DraftGateway } from "./consistency.js";
import { networkEdge, parseHardwareAddress } from "./forms.js";
import type { Report } from "./report.js";
import { gatewayShape } from "./schema.js";

/** Stands for the WAN address while no lease has given one. */
export const NO_ADDRESS = "0.0.0.0";
/** Prefix length of the WAN when none is given. */
export const WAN_PREFIX = 24;

export function checkNetwork(report: Report, gateway: DraftGateway): void {
	const { wanAddress, lanAddress, dhcpServer } = gateway;
	const learned = gateway.wanAddressing === "dhcp";
	if (learned && !report.firmware && (wanAddress === undefined || wanAddress === NO_ADDRESS))
		report.fault("gateway.wanAddress", "is missing: expected an IPv4 address, since only the firmware asks a DHCP server for one");
	else if (wanAddress === NO_ADDRESS && !learned)
		report.fault("gateway.wanAddress", `${quoted(wanAddress)} is not an address of a host`);
	if (!learned)
		checkWAN(report, gateway);
	if (report.firmware && lanAddress !== undefined)
		checkLAN(report, lanAddress, learned ? undefined : wanAddress, gateway.wanPrefix ?? WAN_PREFIX);
	if (dhcpServer !== undefined)
		checkDHCPServer(report, dhcpServer, lanAddress);
	if (!report.firmware)
		warnForeign(report, gateway);
}

/** The fields of the firmware go: other hosts have their addresses from elsewhere. */
export function dropForeign(gateway: DraftGateway): void {
	for (const name of Object.keys(gatewayShape))
		if (gatewayShape[name]!.foreign !== undefined)
			// oxlint-disable-next-line typescript/no-dynamic-delete -- the names are those of the shape, not from outside
			delete (gateway as Record<string, unknown>)[name];
}

function warnForeign(report: Report, { wanAddressing, dnsServers = "", dhcpServer, timeServer = "" }: DraftGateway): void {
	const text = "is the firmware's: it does not apply here";
	if (wanAddressing === "dhcp")
		report.warn("gateway.wanAddressing", text);
	if (dnsServers !== "")
		report.warn("gateway.dnsServers", text);
	if (dhcpServer?.enabled === true)
		report.warn("gateway.dhcpServer", text);
	if (timeServer !== "")
		report.warn("gateway.timeServer", text);
}

function checkWAN(report: Report, { wanAddress, wanPrefix = WAN_PREFIX, wanRouter = "" }: DraftGateway): void {
	const router = parseAddress(wanRouter);
	const address = parseAddress(wanAddress ?? "");
	const edge = report.firmware && address !== undefined && address !== 0 ? networkEdge(address, wanPrefix) : undefined;
	if (edge !== undefined)
		report.fault("gateway.wanAddress", `${quoted(wanAddress!)} ${edge}, which has the prefix length ${wanPrefix}: expected one of a host in it`);
	if (router === undefined || address === undefined)
		return;
	const routerEdge = networkEdge(router, wanPrefix);
	if (router === address)
		report.fault("gateway.wanRouter", `${quoted(wanRouter)} is wanAddress too: expected another unit's`);
	else if (!isInNetwork(router, address, wanPrefix))
		report.fault("gateway.wanRouter", `${quoted(wanRouter)} is not in the network of wanAddress: expected an address in ${wanAddress}/${wanPrefix}`);
	else if (routerEdge !== undefined)
		report.fault("gateway.wanRouter", `${quoted(wanRouter)} ${routerEdge}: expected one of a host in ${wanAddress}/${wanPrefix}`);
}

/** A port that is this unit's alone: others have the addresses of the system under it. */
function checkLAN(report: Report, lanAddress: string, wanAddress: string | undefined, wanPrefix: number): void {
	const { address, prefix } = withPrefix(lanAddress);
	if (prefix > 30)
		report.fault("gateway.lanAddress", `${quoted(lanAddress)} leaves no address for a machine on the LAN: expected a prefix length of at most 30`);
	const wan = parseAddress(wanAddress ?? "");
	if (wan !== undefined && wan !== 0 && isInNetwork(wan, address, Math.min(prefix, wanPrefix)))
		report.fault("gateway.lanAddress", `${quoted(lanAddress)} and wanAddress are in one network: expected another one on each port`);
}

function checkDHCPServer(report: Report, server: DraftDHCPServer, lanAddress: string | undefined): void {
	const { enabled, first, last, fixed = [] } = server;
	const path = "gateway.dhcpServer";
	// Present but wrong was reported where it stands.
	if (enabled === true)
		for (const name of ["first", "last"] as const)
			if (!(name in server))
				report.fault(`${path}.${name}`, "is missing: expected an IPv4 address on the LAN, since enabled is true");
	const check = (name: string, text: string | undefined): void => {
		if (text !== undefined && lanAddress !== undefined)
			checkOnLAN(report, `${path}.${name}`, text, lanAddress);
	};
	check("first", first);
	check("last", last);
	if (first !== undefined && last !== undefined && (parseAddress(first) ?? 0) > (parseAddress(last) ?? 0))
		report.fault(`${path}.last`, `${quoted(last)} is before first: expected ${quoted(first)} or a later one`);
	for (let i = 0; i < fixed.length; i++) {
		const { hardwareAddress, address } = fixed[i]!;
		check(`fixed[${i}].address`, address);
		if (address !== undefined && `${address}/` === lanAddress?.slice(0, address.length + 1))
			report.fault(`${path}.fixed[${i}].address`, `${quoted(address)} is this gateway's own lanAddress`);
		for (let j = 0; j < i; j++) {
			if (hardwareAddress !== undefined && isSameHardware(hardwareAddress, fixed[j]!.hardwareAddress))
				report.fault(`${path}.fixed[${i}].hardwareAddress`, `${quoted(hardwareAddress)} is that of fixed[${j}] too`);
			if (address !== undefined && address === fixed[j]!.address)
				report.fault(`${path}.fixed[${i}].address`, `${quoted(address)} is that of fixed[${j}] too`);
		}
	}
}

function checkOnLAN(report: Report, path: string, text: string, lanAddress: string): void {
	const { address: own, prefix } = withPrefix(lanAddress);
	const address = parseAddress(text);
	if (address === undefined)
		return;
	if (!isInNetwork(address, own, prefix))
		return report.fault(path, `${quoted(text)} is not on the LAN: expected an address in ${lanAddress}`);
	const edge = networkEdge(address, prefix);
	if (edge !== undefined)
		report.fault(path, `${quoted(text)} ${edge}: expected one of a host in it`);
}

function isSameHardware(a: string, b: string | undefined): boolean {
	return b !== undefined && String(parseHardwareAddress(a)) === String(parseHardwareAddress(b));
}

function isInNetwork(address: number, other: number, prefix: number): boolean {
	return ((address ^ other) & netmask(prefix)) === 0;
}

/** `10.1.0.1/24` in numbers; the form was checked. */
export function withPrefix(text: string): { readonly address: number; readonly prefix: number } {
	const slash = text.indexOf("/");
	return { address: parseAddress(text.slice(0, slash))!, prefix: Number(text.slice(slash + 1)) };
}

/** Whether an address is on the LAN of `10.1.0.1/24`, whose form was checked. */
export function isOnLAN(text: string, lanAddress: string): boolean {
	const { address, prefix } = withPrefix(lanAddress);
	const other = parseAddress(text);
	return other !== undefined && isInNetwork(other, address, prefix);
}

/** Addresses for machines on a LAN, where nobody has chosen any: a hundred, or all of a small one. */
export function poolOf(lanAddress: string): { readonly first: string; readonly last: string } {
	const { address, prefix } = withPrefix(lanAddress);
	const network = (address & netmask(prefix)) >>> 0;
	const size = 2 ** (32 - prefix);
	return { first: formatAddress(network + (size >= 256 ? 100 : 1)), last: formatAddress(network + (size >= 256 ? 199 : size - 2)) };
}
