/** A settings document that is right, for tests to spoil. */

/** As JSON.parse would return it; a fresh one each time. */
export function example(): any {
	return {
		version: 1,
		gateway: {
			name: "gate-a",
			wanAddress: "10.0.0.1",
			lanAddress: "10.1.0.1/24",
			admin: { user: "admin", password: "correct horse" }
		},
		peers: [{
			name: "branch",
			remoteGateway: "10.0.0.2",
			preSharedKey: "0123456789abcdefghij",
			remoteId: { type: "fqdn", value: "branch.example" },
			phase1Proposals: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 14 }],
			connections: [{
				name: "office",
				order: 1,
				localNetwork: "10.1.0.0/24",
				remoteNetwork: "10.2.0.0/24",
				phase2Proposals: [
					{ protocol: "esp", encryption: "aes-128-gcm-16" },
					{ protocol: "esp", encryption: "aes-128-cbc", authentication: "hmac-sha256-128" }
				]
			}]
		}]
	};
}
