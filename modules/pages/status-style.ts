/** The style of what only the status pages have: columns' names in cards, curves, ladders. */
import { CONNECTION_COLUMNS } from "./connections.js";
import { IKE_COLUMNS, SA_COLUMNS } from "./tables.js";

/** Where rows are cards each cell has its column's name in front; not the button. */
function labels(id: string, columns: readonly string[]): string {
	let css = "";
	for (let i = 0; i < columns.length; i++)
		if (columns[i] !== "Delete")
			css += `#${id} tr:not(.empty)>:nth-child(${i + 1})::before{content:"${columns[i]}"}`;
	return css;
}

export const STATUS_STYLE: readonly string[] = Object.freeze([
	`.new{color:var(--on)}
.curve{display:block;width:9rem;height:2.5rem;background:var(--raised);border-radius:4px}
.curve path{vector-effect:non-scaling-stroke}
.axis{stroke:var(--strong);fill:none}
.rx{fill:var(--accent)}
.tx{fill:var(--muted)}
.er{stroke:var(--bad);stroke-width:2;fill:none}
.wide{width:100%;height:7rem}
.scale{display:flex;justify-content:space-between;font-size:.8125rem;color:var(--muted)}
.talk{background:var(--surface);border:1px solid var(--line);border-radius:10px;padding:1rem 1.125rem;margin:0 0 1rem}
.talk details{background:none;margin-top:.75rem}
.sides{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1rem 2rem;align-items:start}
.talk table{border-width:1px 0 0;border-radius:0 0 10px 10px;box-shadow:none;margin:0}
.talk details[open]>summary{margin:0}
.ladder{display:block;max-width:36rem;font-size:12px;font-variant-numeric:tabular-nums;overflow:visible}
.ladder text{fill:var(--ink);text-anchor:middle}
.ladder .at{fill:var(--muted);text-anchor:start}
.ladder .end,.ladder .nm{font-weight:600}
.ladder .name{text-anchor:end}
.ladder .st{font-weight:650;font-size:11px}
.ladder .rm,.ladder .wt{fill:var(--wait)}
.ladder text.good{fill:var(--on);font-weight:600}
.ladder text.bad{fill:var(--bad);font-weight:600}
.ladder circle{fill:var(--surface);stroke:var(--strong);stroke-width:1.5}
.ladder circle.good{fill:var(--on-back);stroke:var(--on)}
.ladder .life{stroke:var(--strong);stroke-dasharray:2 4}
.ladder .go{stroke:var(--accent);stroke-width:1.5;fill:var(--accent)}
.ladder .come{stroke:var(--muted);stroke-width:1.5;fill:var(--muted)}
.ladder .no{stroke:var(--bad);fill:var(--bad)}
.ladder .again{stroke-dasharray:5 4}
.ladder svg{overflow:visible}
.ladder .cross{stroke:var(--bad);stroke-width:3}
.ladder .wait circle{fill:var(--wait);stroke:none}
#live #connections th a{font-weight:550}
`,
	`@media(min-width:64em){.talk td,.talk th{padding:.375rem .625rem}}
@media(max-width:63.99em){${labels("security-associations", SA_COLUMNS)}
${labels("ike-security-associations", IKE_COLUMNS)}
${labels("connections", CONNECTION_COLUMNS)}
.curve{width:100%;max-width:12rem}.talk .wide{max-width:none}}
`,
]);
