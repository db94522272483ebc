/** Boots the peer VM once, and keeps what it is then: run by Node as root before tests. They do without it, and wait for a boot each time. */
import { Namespace } from "../network.js";
import { VM } from "./vm.js";

const namespace = await Namespace.create("state");
const vm = new VM();
try {
	await vm.keepState(namespace);
}
finally {
	await vm.close();
	await namespace.close();
}
