/** Neighbours on the LAN: a machine that has the unit's address, one that claims it, and a host that wants to go where there is no tunnel. */
import { ARP, arp, BROADCAST, echo, ethernet, ICMP, IPV4, ipv4, type Frame } from "./frames.js";
import { LAN_HARDWARE } from "../../hosts/emulator/qemu.js";
import { withCables } from "./cabled.js";

const nobody = "00:00:00:00:00:00";
const attacker = "52:54:00:00:00:66";

/** Waits until something that is asked for is so. */
async function becomes(ask: () => Promise<boolean>, what: string, limit = 60000): Promise<void> {
	const end = Date.now() + limit;
	while (!await ask()) {
		if (Date.now() > end)
			throw new Error(`not ${what} within ${limit / 1000} s`);
		await new Promise((resolve) => setTimeout(resolve, 200));
	}
}

withCables("neighbours: an address that another machine has is not used; the unit says so, and takes it when it is free", async (t, { board, host }) => {
	const mine = (frame: Frame): boolean => {
		if (frame.arp?.operation !== 1 || frame.arp.target !== "10.1.0.1")
			return false;
		host.cable.send(ethernet(frame.from, host.hardware, ARP, arp({ operation: 2, senderHardware: host.hardware, sender: "10.1.0.1", targetHardware: frame.arp.senderHardware, target: frame.arp.sender })));
		return true;
	};
	host.onFrame = mine;
	await board.boot();
	await becomes(async () => /the LAN address 10\.1\.0\.1 is in use by 52:54:00:00:00:10/.test(await board.command("status")), "said");
	const mark = host.mark;
	host.cable.send(ethernet(LAN_HARDWARE, host.hardware, IPV4, ipv4({ from: host.address, to: "10.1.0.1", protocol: ICMP }, echo(8, 1, 1, Buffer.alloc(56)))));
	await new Promise((resolve) => setTimeout(resolve, 1000));
	t.deepEqual(host.framesSince(mark).filter(({ ip, arp: message }) => ip !== undefined || message !== undefined && message.sender === "10.1.0.1"), [], "it keeps still");
	host.onFrame = () => false;
	await becomes(async () => !/is in use by/.test(await board.command("status")), "free");
	t.truthy(await host.ping("10.1.0.1"));
	t.regex(await board.command("log vpn 100"), /LAN: the address 10\.1\.0\.1 is free now, and used/);
});

withCables("neighbours: who claims the unit's own address is counted, logged and contradicted, and nothing else happens", async (t, cabled) => {
	const { board, host } = cabled;
	t.truthy(await host.ping("10.1.0.1"));
	const mark = host.mark;
	for (let i = 0; i < 50; i++)
		host.cable.send(ethernet(BROADCAST, attacker, ARP, arp({ operation: 1 + i % 2, senderHardware: attacker, sender: "10.1.0.1", targetHardware: nobody, target: "10.1.0.1" })));
	await host.frame(({ arp: message }) => message?.sender === "10.1.0.1" && message.target === "10.1.0.1" && message.senderHardware === LAN_HARDWARE, "that the address is its own", { from: mark });
	t.truthy(await host.ping("10.1.0.1"));
	t.is(host.framesSince(mark).filter(({ arp: message }) => message?.sender === "10.1.0.1" && message.target === "10.1.0.1").length, 1, "not once for each");
	t.is((await cabled.counters()).get("arp-conflict"), 50);
	t.regex(await board.command("log vpn 100"), /LAN: 52:54:00:00:00:66 claims this unit's address 10\.1\.0\.1; it stays this unit's/);
	// a neighbour's address, by an answer that nobody asked for
	host.cable.send(ethernet(LAN_HARDWARE, attacker, ARP, arp({ operation: 2, senderHardware: attacker, sender: host.address, targetHardware: LAN_HARDWARE, target: "10.1.0.1" })));
	t.truthy(await host.ping("10.1.0.1"));
	t.is((await cabled.counters()).get("arp-unasked"), 1);
});

withCables("neighbours: nothing is forwarded in clear; a LAN host that tries is told", async (t, cabled) => {
	const { host, router } = cabled;
	const [toLAN, toWAN] = [host.mark, router.mark];
	await host.send("10.1.0.1", { from: host.address, to: "192.0.2.1", protocol: ICMP }, echo(8, 1, 1, Buffer.alloc(56)));
	await host.packet(({ icmp, from }) => icmp?.type === 3 && icmp.code === 13 && from === "10.1.0.1", "that this is prohibited", { from: toLAN });
	t.deepEqual(router.framesSince(toWAN).filter(({ ip }) => ip?.to === "192.0.2.1"), []);
	t.is((await cabled.counters()).get("forward-in-clear"), 1);
});
