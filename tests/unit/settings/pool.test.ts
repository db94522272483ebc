/** What the DHCP server gives out, before anybody has chosen it. */
import test from "ava";
import { poolOf } from "../../../modules/settings/network.js";
import { FACTORY_SETTINGS, movePool, setUp, setUpOf } from "../../../modules/settings/setup.js";
import { parse } from "../../../modules/settings/validate.js";

test("a unit as it leaves the factory gives addresses to its LAN; the answers that set it up move them along", (t) => {
	const { settings, faults } = parse(FACTORY_SETTINGS, 0, true);
	t.deepEqual(faults, []);
	const { gateway } = settings!;
	t.deepEqual(gateway.dhcpServer, { enabled: true, first: "192.168.1.100", last: "192.168.1.199", leaseSeconds: 86400 });
	setUp(settings!, { ...setUpOf(settings!, true), lanAddress: "192.168.1.5/24" }, true);
	t.is(gateway.dhcpServer?.first, "192.168.1.100");
	setUp(settings!, { ...setUpOf(settings!, true), lanAddress: "10.1.0.1/24", password: "long enough now" }, true);
	t.deepEqual([gateway.dhcpServer?.first, gateway.dhcpServer?.last], ["10.1.0.100", "10.1.0.199"]);
	gateway.lanAddress = "10.1.0";
	movePool(gateway);
	t.is(gateway.dhcpServer?.first, "10.1.0.100", "an address that is wrong is told, and moves nothing");
	gateway.dhcpServer = { ...gateway.dhcpServer!, enabled: false };
	gateway.lanAddress = "10.2.0.1/24";
	movePool(gateway);
	t.is(gateway.dhcpServer.first, "10.1.0.100");
});

test("small networks and large ones", (t) => {
	t.deepEqual(poolOf("10.1.0.1/30"), { first: "10.1.0.1", last: "10.1.0.2" });
	t.deepEqual(poolOf("10.1.0.65/26"), { first: "10.1.0.65", last: "10.1.0.126" });
	t.deepEqual(poolOf("10.1.2.3/16"), { first: "10.1.0.100", last: "10.1.0.199" });
});
