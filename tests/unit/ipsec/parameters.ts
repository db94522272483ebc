/** SA and policy parameters that are right; tests change what they test. */
import { parseAddress, parseNetwork } from "../../../modules/addresses.js";
import type { PolicyParameters, SAParameters } from "../../../modules/ipsec/types.js";

export function selector(network: string, port = 0): { readonly first: number; readonly last: number; readonly port: number } {
	const { first, last } = parseNetwork(network)!;
	return { first, last, port };
}

/** Bytes that differ from `random()` call to call, the same each time a test runs. */
export function makeRandom(seed = 1): (size: number) => Uint8Array {
	let state = seed >>> 0;
	return (size) => {
		const bytes = new Uint8Array(size);
		for (let i = 0; i < size; i++) {
			state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
			bytes[i] = state >>> 24;
		}
		return bytes;
	};
}

export function saParameters(changes: Partial<SAParameters> & Pick<SAParameters, "direction" | "spi">): SAParameters {
	return {
		inboundSPI: changes.spi, ahSPI: 0,
		protocol: "esp", mode: "tunnel",
		encryption: "aes-128-cbc", authentication: "hmac-sha256-128", ahAuthentication: undefined, extendedSequence: false, shortSHA256: false,
		encryptionKey: new Uint8Array(16).fill(0x11), authenticationKey: new Uint8Array(32).fill(0x22), ahKey: undefined,
		localEndpoint: { address: parseAddress("10.0.0.1")!, port: 4500 },
		remoteEndpoint: { address: parseAddress("10.0.0.2")!, port: 4501 },
		udpEncapsulation: false,
		identity: 0,
		local: selector("10.1.0.0/24"), remote: selector("10.2.0.0/24"), ipProtocol: 0,
		policy: 0,
		seconds: 3600, kilobytes: 0, softSeconds: 3000, softKilobytes: 0,
		...changes,
	};
}

export function policyParameters(changes: Partial<PolicyParameters> = {}): PolicyParameters {
	return {
		order: 1,
		local: selector("10.1.0.0/24"), remote: selector("10.2.0.0/24"), ipProtocol: 0,
		enabled: true, acquire: true,
		...changes,
	};
}
