/** Who knows no key, sends from a peer's address, and goes as far in main mode as one can without: to message 3 of as many negotiations as it likes. */
import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { emitMessage } from "../../modules/ike/v1/wire/chain.js";
import { AuthenticationMethod, ExchangeType, PayloadType, Phase1Encryption, Phase1Hash, ProtocolID } from "../../modules/ike/v1/wire/constants.js";
import { parseHeader } from "../../modules/ike/v1/wire/header.js";
import { publicValueSize } from "../../modules/ike/v1/wire/ke.js";
import { emitPhase1 } from "../../modules/ike/v1/wire/phase1.js";
import { emitSA } from "../../modules/ike/v1/wire/sa.js";

const { SA, KE, NONCE } = PayloadType;
const group = 14;

function first(authentication: number): Uint8Array {
	const attributes = emitPhase1({ encryption: Phase1Encryption.AES_CBC, keyLength: 256, hash: Phase1Hash.SHA2_256, group,
		authentication, seconds: 28800, kilobytes: 0 });
	const body = emitSA([{ number: 1, protocol: ProtocolID.ISAKMP, spi: new Uint8Array(0), transforms: [{ number: 1, id: 1, attributes }] }]);
	return emitMessage({ initiatorCookie: randomBytes(8), responderCookie: new Uint8Array(8), exchangeType: ExchangeType.MAIN, flags: 0, messageID: 0 }, [{ type: SA, body }]);
}

/** A public value of nobody's: less than the prime, whose first bits are ones. */
function third(initiatorCookie: Uint8Array, responderCookie: Uint8Array): Uint8Array {
	const value = randomBytes(publicValueSize(group));
	value[0] = 0x7f;
	return emitMessage({ initiatorCookie, responderCookie, exchangeType: ExchangeType.MAIN, flags: 0, messageID: 0 },
		[{ type: KE, body: value }, { type: NONCE, body: randomBytes(32) }]);
}

export class Stranger {
	/** Answers to message 1 and to message 3. */
	readonly answers = [0, 0];
	readonly #socket: Socket;
	readonly #authentication: number;

	private constructor(socket: Socket, authentication: number) {
		this.#socket = socket;
		this.#authentication = authentication;
		socket.on("message", (bytes) => {
			const header = parseHeader(bytes);
			if ("fault" in header || header.exchangeType !== ExchangeType.MAIN)
				return;
			if (header.nextPayload === SA) {
				this.answers[0]!++;
				socket.send(third(header.initiatorCookie, header.responderCookie));
			}
			else
				this.answers[1]!++;
		});
	}

	/** At `address`, speaking to the IKE port of `to`; it offers this method of authentication. */
	static async create(address: string, port: number, to: string, authentication: number = AuthenticationMethod.PRE_SHARED_KEY): Promise<Stranger> {
		const socket = createSocket("udp4");
		await new Promise<void>((resolve) => socket.bind(0, address, resolve));
		socket.connect(port, to);
		await new Promise((resolve) => socket.once("connect", resolve));
		return new Stranger(socket, authentication);
	}

	begin(): void {
		this.#socket.send(first(this.#authentication));
	}

	close(): void {
		this.#socket.close();
	}
}
