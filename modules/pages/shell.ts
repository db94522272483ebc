/** What every page has around its content. */
import { name } from "./format.js";
import { ICON_PATH, SCRIPT_PATH, STYLE_PATH } from "./files.js";

export type Tab = "status" | "peers" | "certificates" | "log" | "firewall" | "administration" | "";

/** The navigation, in its order: a line for each room of pages that there is. */
const TABS: readonly (readonly [Tab, string, string])[] = Object.freeze([
	Object.freeze(["status", "/status", "Status"] as const),
	Object.freeze(["peers", "/settings/peers", "Peers/connections"] as const),
	Object.freeze(["certificates", "/settings/certificates", "Certificates"] as const),
	Object.freeze(["log", "/log/vpn", "VPN log"] as const),
	Object.freeze(["firewall", "/log/firewall", "Firewall log"] as const),
	Object.freeze(["administration", "/settings/administration", "Administration"] as const),
]);

export interface Shell {
	readonly title: string;
	/** The gateway's name. */
	readonly gateway: string;
	readonly tab: Tab;
	/** The page updates itself, for readers whose browser runs scripts. */
	readonly live?: boolean;
	/** Seconds after which a browser that runs no scripts loads the page again; 0: not. */
	readonly every?: number;
	/** No other page can be seen yet. */
	readonly bare?: boolean;
}

function navigation(current: Tab): string {
	let html = "<nav aria-label=Pages>";
	for (const [tab, path, text] of TABS)
		html += ` <a href="${path}"${tab === current ? " aria-current=page" : ""}>${text}</a>`;
	return `${html}</nav>`;
}

/** All up to the content of the page's main element. */
export function openPage({ title, gateway, tab, live, every, bare }: Shell): string {
	const unit = name(gateway);
	return `<!doctype html><html lang=en><head><meta charset=utf-8><title>${title} \u00b7 ${unit}</title>`
		+ `<meta name=viewport content="width=device-width,initial-scale=1"><meta name=color-scheme content="light dark">`
		+ `<link rel=icon type=image/svg+xml href=${ICON_PATH}><link rel=stylesheet href=${STYLE_PATH}>`
		+ (live === true ? `<script src=${SCRIPT_PATH} defer></script>` : "")
		+ (every !== undefined && every > 0 ? `<noscript><meta http-equiv=refresh content=${every}></noscript>` : "")
		+ `</head><body><a class=skip href="#content">Skip to content</a>`
		+ `<header><a class=brand href=/status><img src=${ICON_PATH} alt="" width=26 height=26><b>keygate</b></a> <span class=unit>${unit}</span>`
		+ `${bare === true ? "" : navigation(tab)}</header>`
		+ `<main id=content><h1>${title}</h1>`;
}

/** All after it. */
export function closePage(version: string): string {
	return `</main><footer>${version}</footer></body></html>\n`;
}

/** A page that only says something. `text` is HTML. */
export function* notice(gateway: string, title: string, text: string): Generator<string> {
	yield `${openPage({ title, gateway, tab: "" })}<section class=notice><p>${text}<p><a href=/status>Back to the status page</a></section>${closePage("keygate")}`;
}
