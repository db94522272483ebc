/** A form of a page as a browser sees it: its fields with what they hold, to be changed and sent. */

/** The value of an attribute of a tag, undefined without it. */
function attribute(tag: string, name: string): string | undefined {
	const at = tag.indexOf(` ${name}=`);
	if (at < 0)
		return undefined;
	const from = at + name.length + 2;
	const end = tag[from] === "\"" ? tag.indexOf("\"", from + 1) : tag.slice(from).search(/[\s>]/) + from;
	return unescape(tag.slice(tag[from] === "\"" ? from + 1 : from, end));
}

export function unescape(text: string): string {
	return text.split("&lt;").join("<").split("&gt;").join(">").split("&quot;").join("\"").split("&#39;").join("'").split("&amp;").join("&");
}

/** All tags `name` of `html`, each up to the next tag. */
function tags(html: string, name: string): string[] {
	return html.split(`<${name} `).slice(1).map((text) => ` ${text}`);
}

/** The fields of the form `id=settings`, in the order of their kinds: a browser's order does not matter here but for hidden ones before their checkboxes. */
export class PageForm {
	readonly action: string;
	readonly fields: [string, string][] = [];

	constructor(page: string) {
		const from = page.indexOf("<form id=settings ");
		const html = page.slice(from, page.indexOf("</form>", from));
		this.action = attribute(html.slice(5), "action")!;
		for (const tag of tags(html, "input")) {
			const name = attribute(tag, "name")!;
			if (attribute(tag, "type") !== "checkbox" || tag.slice(0, tag.indexOf(">")).endsWith(" checked"))
				this.fields.push([name, attribute(tag, "value") ?? ""]);
		}
		for (const tag of tags(html, "select")) {
			const options = tag.slice(0, tag.indexOf("</select>")).split("<option").slice(1);
			const chosen = options.find((option) => option.slice(0, option.indexOf(">")).endsWith(" selected")) ?? options[0]!;
			const text = chosen.slice(chosen.indexOf(">") + 1);
			this.fields.push([attribute(tag, "name")!, attribute(`${chosen.slice(0, chosen.indexOf(">"))}>`, "value") ?? unescape(text)]);
		}
	}

	get(name: string): string | undefined {
		return this.fields.filter(([each]) => each === name).pop()?.[1];
	}

	/** Types `value`, or chooses it; a checkbox is ticked with "1" and its tick taken away with "0". */
	set(name: string, value: string): this {
		const index = this.fields.map(([each]) => each).lastIndexOf(name);
		if (index < 0)
			throw new Error(`the form has no field ${name}`);
		this.fields[index]![1] = value;
		return this;
	}

	/** As it is sent. */
	get body(): string {
		return this.fields.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join("&");
	}
}
