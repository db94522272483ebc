/** Two devices whose WANs are one cable, with a tunnel between their LANs that a test describes; what is on the cable can be looked at, changed and lost. */
import { IPV4, parse, type Frame, type IPv4Packet } from "../../emulator/frames.js";
import { Device } from "./device.js";

export interface TunnelOptions {
	readonly protocol?: "esp" | "ah" | "ah+esp";
	readonly mode?: "tunnel" | "transport";
	/** [name, bytes of its key]; GCM has 4 bytes of salt in it. */
	readonly encryption?: readonly [string, number] | undefined;
	readonly authentication?: readonly [string, number] | undefined;
	/** ESP in UDP. */
	readonly encapsulated?: boolean;
}

const network = (number: number): { first: number; last: number; port: number } => ({ first: 0x0a000000 + number * 65536, last: 0x0a0000ff + number * 65536, port: 0 });
const host = (number: number): { first: number; last: number; port: number } => ({ first: 0x0a000000 + number, last: 0x0a000000 + number, port: 0 });

export class Pair {
	/** What passes between the WANs: what is answered goes on; undefined: it is lost. */
	onCable: (frame: Frame, bytes: Buffer) => readonly Buffer[] = (_, bytes) => [bytes];
	/** IPv4 packets on the cable. */
	readonly seen: IPv4Packet[] = [];
	readonly a: Device;
	readonly b: Device;

	private constructor(a: Device, b: Device) {
		this.a = a;
		this.b = b;
		for (const [from, to] of [[a, b], [b, a]] as const)
			from.wan.cable.onFrame = (bytes) => {
				const frame = parse(bytes);
				if (frame.type === IPV4 && frame.ip !== undefined)
					this.seen.push(frame.ip);
				for (const each of this.onCable(frame, bytes))
					to.wan.cable.send(each);
			};
	}

	static async start(): Promise<Pair> {
		const [a, b] = await Promise.all([Device.ready({ number: 1 }), Device.ready({ number: 2 })]);
		return new Pair(a, b);
	}

	/** Policies, routes and sockets of both; `acquire`: packets wait for an SA. */
	async prepare({ mode = "tunnel" }: TunnelOptions = {}, acquire = false): Promise<void> {
		for (const [device, own, other] of [[this.a, 1, 2], [this.b, 2, 1]] as const) {
			const local = mode === "tunnel" ? network(own) : host(own);
			const remote = mode === "tunnel" ? network(other) : host(other);
			await device.ask({ do: "policy", index: 0, order: 1, local, remote, acquire });
			if (mode === "tunnel")
				await device.ask({ do: "route", first: `10.${other}.0.0`, prefix: 24, source: `10.${own}.0.1` });
			await device.ask({ do: "raw", address: `10.0.0.${own}` });
			await device.ask({ do: "udp", address: `10.0.0.${own}`, port: 4500, esp: true });
		}
	}

	/** A pair of SAs on each side. */
	async associate({ protocol = "esp", mode = "tunnel", encryption = ["aes-128-gcm-16", 20], authentication, encapsulated = false }: TunnelOptions = {}): Promise<void> {
		const spis = [await this.a.ask({ do: "reserve" }) as number, await this.b.ask({ do: "reserve" }) as number];
		for (const [device, own, other] of [[this.a, 1, 2], [this.b, 2, 1]] as const)
			await device.ask({
				do: "sa", sa: {
					policy: 0, local: `10.0.0.${own}`, remote: `10.0.0.${other}`, protocol, mode,
					localNetwork: mode === "tunnel" ? network(own) : host(own), remoteNetwork: mode === "tunnel" ? network(other) : host(other),
					...(protocol === "ah" ? {} : { encryption: encryption[0], ...(authentication === undefined ? {} : { authentication: authentication[0] }) }),
					keySize: protocol === "ah" ? 0 : encryption[1], authenticationSize: protocol === "ah" ? 0 : authentication?.[1] ?? 0,
					udp: encapsulated ? 4500 : 0, spi: spis[own - 1], remoteSPI: spis[other - 1],
				},
			});
	}

	static async tunnel(options: TunnelOptions = {}): Promise<Pair> {
		const pair = await Pair.start();
		await pair.prepare(options);
		await pair.associate(options);
		return pair;
	}

	/** Both end, and neither kept a frame. */
	async stop(): Promise<void> {
		await Promise.all([this.a.stop(), this.b.stop()]);
	}
}
