/** What modules/addresses asks of the C side. */

/** As addresses.c. */
function parse(text: string): number | undefined {
	const octets = text.split(".").map((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) ? Number(part) : 256);
	return octets.length === 4 && octets.every((octet) => octet < 256) ? octets.reduce((address, octet) => address * 256 + octet, 0) : undefined;
}

export const addressNatives = {
	xs_address_parse: parse,
};
