/** A form of a page as a browser would send it, nothing changed. */

/** The fields of the form that has one with the id `field`. */
export function filled(page: string, field: string): URLSearchParams {
	const form = page.match(/<form[^]*?<\/form>/g)!.find((each) => each.includes(`id=${field}`))!;
	const body = new URLSearchParams();
	for (const [tag] of form.matchAll(/<input[^>]*>/g)) {
		const value = (name: string) => tag.match(new RegExp(`\\b${name}=(?:"([^"]*)"|([^\\s>]+))`));
		const name = value("name");
		const type = value("type")?.[2] ?? value("type")?.[1] ?? "text";
		if (name === null || type === "submit" || ((type === "checkbox" || type === "radio") && !/\bchecked\b/.test(tag)))
			continue;
		body.append((name[1] ?? name[2])!, unescape(value("value")?.[1] ?? value("value")?.[2] ?? (type === "checkbox" ? "on" : "")));
	}
	for (const [, name, options] of form.matchAll(/<select[^>]*\bname="?([^"\s>]+)"?[^>]*>([^]*?)<\/select>/g)) {
		const all = [...options!.matchAll(/<option([^>]*)>([^<]*)/g)].map(([, attributes, text]) => ({
			selected: /\bselected\b/.test(attributes!), value: attributes!.match(/\bvalue=(?:"([^"]*)"|([^\s>]+))/)?.slice(1).find((each) => each !== undefined) ?? text!.trim(),
		}));
		body.append(name!, unescape((all.find(({ selected }) => selected) ?? all[0]!).value));
	}
	return body;
}

function unescape(text: string): string {
	return text.replaceAll("&quot;", "\"").replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
