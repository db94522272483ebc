// Where JavaScript's time goes in a negotiation: the functions of a gateway that answers main mode and quick mode with PFS, by the time that they take themselves.
//   node tests/bench/profile.mjs [negotiations] [functions]      on a machine that is quiet: what else runs meanwhile is counted as well
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "../../hosts/setup.mjs";
import { document, folder, Gateway, root } from "./gateways.mjs";

const [negotiations = 30, shown = 30] = process.argv.slice(2).map(Number);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const executable = join(root, "build/linux-profile/keygate");
await build("--profile");

function settings(number, other) {
	const networks = ["10.1.0.0/24", "10.2.0.0/24"];
	return document(number, [{ name: "other", remoteGateway: `127.0.0.${other}`, phase1Proposals: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 31 }], connections: [{
		name: "net", order: 1, localNetwork: networks[number - 1], remoteNetwork: networks[2 - number], pfs: 31, phase2Proposals: [{ protocol: "esp", encryption: "aes-128-gcm-16" }]
	}] }]);
}

const file = join(folder, "profile");
const initiator = new Gateway(1, settings(1, 2));
const responder = new Gateway(2, settings(2, 1), ["env", `KEYGATE_PROFILE=${file}`, executable]);
await initiator.start();
await responder.start();
await initiator.command("up other");
await initiator.tunnels(2);
// `env` has become the gateway
responder.child.kill("SIGUSR2");
for (let i = 0; i < negotiations; i++) {
	await initiator.command("down other");
	await pause(50);
	await initiator.command("up other");
	await initiator.tunnels(2);
}
await initiator.stop();
await responder.stop();

const symbols = new Map(spawnSync("nm", [executable], { encoding: "utf8", maxBuffer: 1 << 26 }).stdout.split("\n").map((line) => line.split(" ")).map(([address, , name]) => [parseInt(address, 16), name]));
const rows = readFileSync(file, "utf8").trim().split("\n").map((line) => line.split("\t")).map(([where, name, calls, own, all]) => ({
	where, name: where === "built-in" ? symbols.get(parseInt(name, 16)) ?? name : name, calls: Number(calls) / negotiations, own: Number(own), all: Number(all) / negotiations
}));
const total = rows.reduce((sum, { own }) => sum + own, 0);
console.log(`| of ${rows.reduce((sum, { calls }) => sum + calls, 0).toFixed(0)} calls a negotiation | calls | itself, % | thousands of ticks, with what it calls |\n| --- | ---: | ---: | ---: |`);
for (const { where, name, calls, own, all } of rows.sort((a, b) => b.own - a.own).slice(0, shown))
	console.log(`| ${where} ${name} | ${calls.toFixed(1)} | ${(100 * own / total).toFixed(1)} | ${(all / 1000).toFixed(0)} |`);
