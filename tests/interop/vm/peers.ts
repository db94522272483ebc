/** The peer's end of a connection, written for strongSwan's charon and for libreswan's pluto. */
import type { Daemon, VM, VMNetwork } from "./vm.js";

/** A connection from the peer's side; proposals in strongSwan's words. */
export interface PeerConnection {
	readonly daemon: Exclude<Daemon, "none">;
	/** `aes256-sha256-modp2048` */
	readonly proposals: string;
	/** `aes128gcm16-modp2048`; with a DH group: PFS. Several, with commas between. */
	readonly esp: string;
	readonly secret: string;
	readonly aggressive?: boolean;
	/** `esp` is then AH's proposals. */
	readonly ah?: boolean;
	readonly transport?: boolean;
	/** Sequence numbers of 64 bits. */
	readonly extended?: boolean;
	/** ESP in UDP also without a NAT. */
	readonly encapsulate?: boolean;
}

export type Files = Readonly<Record<string, string | Buffer>>;

/** The files that make the daemon know the connection `net` to keygate; each end is named by its own address, wherever it is seen. */
export function files(connection: PeerConnection, network: VMNetwork): Files {
	return connection.daemon === "charon" ? charonFiles(connection, network) : plutoFiles(connection, network);
}

const strongswan = `charon {
	load = random nonce openssl aes sha1 sha2 md5 hmac ctr gcm curve25519 gmp kdf pem pkcs1 pkcs7 pkcs8 pkcs12 x509 revocation constraints pubkey vici kernel-netlink socket-default updown
	i_dont_care_about_security_and_use_aggressive_mode_psk = yes
	retransmit_timeout = 1.0
	filelog {
		file {
			path = /var/log/charon.log
			default = 1
			ike = 2
			flush_line = yes
		}
	}
}
swanctl {
	load = random nonce openssl pem pkcs1 pkcs7 pkcs8 pkcs12 x509 pubkey
}
`;

function charonFiles(connection: PeerConnection, { vm, left, seenLeft }: VMNetwork): Files {
	return {
		"strongswan.conf": strongswan,
		"swanctl.conf": `connections {
	gw {
		version = 1
		local_addrs = ${vm.wan}
		remote_addrs = ${seenLeft}
		aggressive = ${connection.aggressive === true ? "yes" : "no"}
		proposals = ${connection.proposals}
		encap = ${connection.encapsulate ? "yes" : "no"}
		reauth_time = 0
		rekey_time = 0
		over_time = 60
		local {
			auth = psk
			id = ${vm.wan}
		}
		remote {
			auth = psk
			id = ${left.wan}
		}
		children {
			net {
				mode = ${connection.transport === true ? "transport" : "tunnel"}
				local_ts = ${connection.transport === true ? "dynamic" : vm.network}
				remote_ts = ${connection.transport === true ? "dynamic" : left.network}
				${connection.ah === true ? "ah" : "esp"}_proposals = ${connection.esp}${connection.extended === true ? "-esn" : ""}
				rekey_time = 0
				life_time = 3600
				rand_time = 0
			}
		}
	}
}
secrets {
	ike-1 {
		secret = "${connection.secret}"
	}
}
`
	};
}

const plutoWords: readonly (readonly [RegExp, string])[] = [
	[/^aes(\d+)gcm16/, "aes_gcm$1"], [/^aes(\d+)ctr/, "aes_ctr$1"], [/\bsha(256|384|512)\b/, "sha2_$1"], [/\becp(\d+)\b/, "dh-ecp$1"], [/dh-ecp256/, "dh19"],
	[/dh-ecp384/, "dh20"], [/dh-ecp521/, "dh21"], [/curve25519/, "dh31"], [/-(modp\d+|dh\d+)$/, ";$1"]
];

/** A proposal in libreswan's words: `aes256-sha2_256;modp2048`. */
function plutoProposal(proposals: string): string {
	return proposals.split(",").map((proposal) => plutoWords.reduce((text, [theirs, ours]) => text.replace(theirs, ours), proposal)).join(",");
}

function plutoFiles(connection: PeerConnection, { vm, left, seenLeft }: VMNetwork): Files {
	return {
		"ipsec.conf": `config setup
	ikev1-policy=accept

conn net
	ikev2=no
	authby=secret
	left=${vm.wan}
	type=${connection.transport === true ? "transport" : `tunnel
	leftsubnet=${vm.network}
	leftsourceip=${vm.lan}
	rightsubnet=${left.network}`}
	leftid=${vm.wan}
	right=${seenLeft}
	rightid=${left.wan}
	aggressive=${connection.aggressive === true ? "yes" : "no"}
	ike=${plutoProposal(connection.proposals)}
	phase2=${connection.ah === true ? "ah" : "esp"}
	esn=${connection.extended === true ? "yes" : "no"}
	phase2alg=${plutoProposal(connection.esp)}
	pfs=${/;/.test(plutoProposal(connection.esp)) ? "yes" : "no"}
	encapsulation=${connection.encapsulate ? "yes" : "auto"}
	ikelifetime=8h
	salifetime=1h
	rekey=no
	auto=add
`,
		"ipsec.secrets": `: PSK "${connection.secret}"\n`
	};
}

/** Starts the peer's tunnel and waits for it; throws with what the daemon said. */
export async function initiate(vm: VM, daemon: PeerConnection["daemon"]): Promise<void> {
	const { status, output } = await vm.run(daemon === "charon" ? "swanctl --initiate --child net --timeout 30" : "timeout 30 ipsec auto --up net", { limit: 40000 });
	if (status !== 0)
		throw new Error(`${daemon} cannot initiate: ${status}\n${output}\n${await vm.log(daemon)}`);
}

/** Ends the IKE SA and its tunnels at the peer, which tells us. */
export async function terminate(vm: VM, daemon: PeerConnection["daemon"]): Promise<void> {
	await vm.run(daemon === "charon" ? "swanctl --terminate --ike gw --timeout 5" : "ipsec auto --down net");
}
