/** The style sheet, in pieces. Wide: two tables. Narrow (below 64em): each row a card, its labels from data-label, or from the sheet itself. */
import { FORM_STYLE } from "./form-style.js";
import { STATUS_STYLE } from "./status-style.js";

export const STYLE: readonly string[] = Object.freeze([
	`:root{color-scheme:light dark;--ground:#f4f6f4;--surface:#fff;--raised:#fafbfa;--ink:#17211d;--muted:#56635d;--line:#dde4e0;--strong:#7f8c85;--accent:#0b6b5b;--on:#17713c;--on-back:#e2f3e8;--wait:#7a4b00;--wait-back:#fdf0d5;--bad:#a8231c;--bad-back:#fdeae8;--off:#515e58;--off-back:#eaefec;--shadow:0 1px 2px #1721120d,0 4px 16px #1721120a}
@media(prefers-color-scheme:dark){:root{--ground:#0e1412;--surface:#161e1b;--raised:#1a2320;--ink:#e4ebe7;--muted:#9fada6;--line:#27322d;--strong:#6b7b73;--accent:#5fd0b6;--on:#74d698;--on-back:#123221;--wait:#f2c063;--wait-back:#3a2c0d;--bad:#ff9d93;--bad-back:#411a17;--off:#aab7b1;--off-back:#25302b;--shadow:none}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:.9375rem/1.5 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;overflow-wrap:break-word}
h1{font-size:1.625rem;line-height:1.2;font-weight:650;letter-spacing:-.015em;margin:0}
h2{font-size:1.0625rem;line-height:1.3;font-weight:650;margin:0}
h3{font-size:.9375rem;font-weight:650;margin:0 0 .375rem}
p{margin:0 0 .625rem}
a{color:var(--accent);text-underline-offset:.2em}
code{font:.875em ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
small{font-size:.8125rem;color:var(--muted)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:4px}
h2:focus{outline:0}
`,
	`.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:.75rem;background:var(--surface);padding:.5rem .75rem;z-index:2}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
header{display:flex;flex-wrap:wrap;align-items:center;gap:.25rem 1rem;padding:.625rem max(1rem,calc((100% - 80rem)/2));background:var(--surface);border-bottom:1px solid var(--line)}
.brand{display:flex;align-items:center;gap:.5rem;color:inherit;text-decoration:none;font-size:1.0625rem;letter-spacing:-.01em}
.brand img{display:block}
.unit{color:var(--muted);padding-left:1rem;border-left:1px solid var(--line);min-width:0}
nav{display:flex;gap:.25rem;margin-left:auto}
nav a{padding:.375rem .75rem;border-radius:6px;text-decoration:none;color:var(--muted);font-weight:550}
nav a:hover{color:var(--ink);background:var(--off-back)}
nav a[aria-current]{color:var(--accent);box-shadow:inset 0 -2px var(--accent);border-radius:6px 6px 0 0}
main{padding:1.75rem max(1rem,calc((100% - 80rem)/2)) 1rem}
footer{padding:1rem max(1rem,calc((100% - 80rem)/2)) 2rem;color:var(--muted);font-size:.8125rem}
.bar{display:flex;flex-wrap:wrap;align-items:center;justify-content:flex-end;gap:.5rem 1rem;margin:.75rem 0}
.note{position:fixed;z-index:3;left:50%;bottom:1.25rem;transform:translateX(-50%);width:max-content;max-width:calc(100vw - 2rem);margin:0;padding:.625rem 1rem;background:var(--ink);color:var(--ground);border-radius:8px;font-weight:550;box-shadow:0 4px 20px #0005}
.note:empty{padding:0;box-shadow:none}
.button,button{font:inherit;font-size:.875rem;font-weight:550;line-height:1.25rem;color:var(--ink);background:var(--surface);border:1px solid var(--strong);border-radius:6px;padding:.3125rem .75rem;text-decoration:none;cursor:pointer}
.button:hover{border-color:var(--accent);color:var(--accent)}
button[aria-disabled]{opacity:.5;cursor:progress}
.summary{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem;margin:0 0 1.25rem}
.summary .up{color:var(--muted);margin-left:.25rem}
`,
	`.state{display:inline-flex;align-items:center;gap:.4375rem;padding:.0625rem .625rem .0625rem .5rem;border-radius:99px;font-size:.8125rem;font-weight:600;line-height:1.375rem;text-decoration:none;white-space:nowrap}
.state::before{content:"";width:.5rem;height:.5rem;border-radius:50%;background:currentColor;flex:none}
.on{color:var(--on);background:var(--on-back)}
.wait{color:var(--wait);background:var(--wait-back)}
.wait::before{border-radius:1px;transform:rotate(45deg)}
.bad{color:var(--bad);background:var(--bad-back)}
.bad::before{border-radius:0;clip-path:polygon(50% 0,100% 100%,0 100%);width:.625rem}
.off{color:var(--off);background:var(--off-back)}
.off::before{background:none;box-shadow:inset 0 0 0 2px currentColor}
a.state:hover{text-decoration:underline}
.problems{background:var(--bad-back);border-left:4px solid var(--bad);border-radius:8px;padding:1rem 1.25rem .25rem;margin:0 0 1.5rem}
.problems h2{color:var(--bad);margin-bottom:.5rem}
.problems h2 a{color:inherit}
.problems ul{list-style:none;margin:0;padding:0}
.problems li{padding:.625rem 0;border-top:1px solid color-mix(in srgb,var(--bad) 22%,transparent)}
.problems h3,.problems p{margin:0 0 .25rem}
.problems h4{font-size:.875rem;font-weight:650;margin:.875rem 0 .25rem}
.problems details{margin:.5rem 0 .25rem}
.problems .more{padding:0 1.125rem 1rem}
.problems .more ul{list-style:disc;padding-left:1.25rem}
.problems .more li{border:0;padding:.0625rem 0}
.both{margin:.625rem 0;font-size:.875rem}
.both .differs>td{background:var(--bad-back)}
textarea{display:block;width:100%;font:.8125rem/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;color:var(--ink);background:var(--ground);border:1px solid var(--strong);border-radius:6px;padding:.5rem .625rem}
.where{display:flex;align-items:baseline;flex-wrap:wrap;gap:.125rem .875rem;font-size:.8125rem;color:var(--muted)}
.where>*{min-width:0}
.where b{color:var(--ink);font-weight:600}
table{width:100%;border-collapse:separate;border-spacing:0;background:var(--surface);border:1px solid var(--line);border-radius:10px;box-shadow:var(--shadow);font-variant-numeric:tabular-nums}
#live table{margin-bottom:2rem}
#live.stale{filter:grayscale(1)}
caption{text-align:left;padding:0 0 .625rem}
.table>p{margin:.125rem 0 .625rem;color:var(--muted)}
.table>table{scroll-margin-top:4.5rem}
caption p{margin:.125rem 0 0;color:var(--muted)}
th,td{text-align:left;vertical-align:top;padding:.625rem;font-weight:400}
.alg{font-size:.875rem}
.alg span{white-space:nowrap}
thead th{font-size:.8125rem;font-weight:600;color:var(--muted);vertical-align:bottom;line-height:1.25;background:var(--raised);border-bottom:1px solid var(--line)}
thead th:first-child{border-top-left-radius:10px}
thead th:last-child{border-top-right-radius:10px}
tbody tr+tr>*{border-top:1px solid var(--line)}
th:first-child,td:first-child{padding-left:1.125rem}
th:last-child,td:last-child{padding-right:1.125rem}
td small,th small{display:block;line-height:1.35}
#security-associations tbody th{font:.875rem/1.5rem ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
#security-associations tr:not(.empty)>td:first-child,#ike-security-associations tbody th{font-weight:550}
#live tbody tr>:first-child{overflow-wrap:anywhere}
.cards small{font-weight:400}
`,
	`.cards td b{color:var(--bad)}
.dying>*{color:var(--muted)}
.old{color:var(--wait)}
.empty td{color:var(--muted);padding:1.25rem}
progress{display:block;appearance:none;width:100%;max-width:7rem;height:3px;margin-top:.3125rem;border:0;border-radius:2px;background:var(--line);overflow:hidden}
progress::-webkit-progress-bar{background:var(--line)}
progress::-webkit-progress-value{background:var(--accent)}
progress::-moz-progress-bar{background:var(--accent)}
.act button{padding:.125rem .625rem;color:var(--bad);border-color:var(--line)}
.act button:hover,.act button:focus-visible{border-color:var(--bad);background:var(--bad-back)}
.help{margin-top:.5rem}
.help h2{margin-bottom:.75rem}
details{background:var(--surface);border:1px solid var(--line);border-radius:10px;margin-bottom:.625rem}
summary{padding:.6875rem 1.125rem;font-weight:550;cursor:pointer;border-radius:10px}
summary:hover{color:var(--accent)}
details[open]>summary{border-bottom:1px solid var(--line);border-radius:10px 10px 0 0;margin-bottom:1rem}
details>p{margin:0 1.125rem 1rem;color:var(--muted)}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr));gap:1.25rem 2.5rem;padding:0 1.125rem 1.125rem;max-width:78rem}
.columns ul{margin:0 0 .625rem;padding-left:1.125rem}
.columns li{margin-bottom:.125rem}
dl{margin:0}
dt{font-weight:600;margin-top:.5rem}
dd{margin:0;color:var(--muted);max-width:40rem}
#states{border:0;border-top:1px solid var(--line);border-radius:0 0 10px 10px;box-shadow:none}
#states small{display:inline;margin-left:.5rem}
#states tr:target>*,#security-associations tr:target>*{background:var(--wait-back)}
.filter{display:flex;flex-wrap:wrap;align-items:center;gap:.625rem 1rem;margin:1rem 0}
select,.filter input{font:inherit;font-size:.875rem;color:var(--ink);background:var(--surface);border:1px solid var(--strong);border-radius:6px;padding:.3125rem .5rem;max-width:14rem}
.filter [name=spi]{width:8.5rem;min-height:0;padding:.3125rem .5rem;margin:0}
.filter [name=spi][aria-invalid]{border-color:var(--bad)}
.switch input{vertical-align:middle}
.filter .fault{flex-basis:100%;margin:0;color:var(--bad)}
.switch{margin:0 0 1rem}
.switch fieldset{display:flex;flex-wrap:wrap;align-items:center;gap:.375rem 1.25rem;border:1px solid var(--line);border-radius:10px;background:var(--surface);padding:.5rem 1.125rem .75rem;margin:0 0 .5rem}
.switch legend{font-size:.8125rem;font-weight:600;color:var(--muted);padding:0 .25rem}
.switch p{max-width:60rem;margin:0;font-size:.875rem;color:var(--muted)}
.switch b{color:var(--ink)}
.tools{justify-content:flex-start}
.lead{color:var(--muted);margin:.5rem 0 1rem;max-width:60rem}
.mark{white-space:nowrap;background:none}
.mark::before{content:"";display:inline-block;width:.5rem;height:.5rem;border-radius:50%;background:currentColor;margin-right:.4375rem}
.mark.bad,.mark.wait{font-weight:600}
.mark.wait::before{border-radius:1px}
.mark.bad::before{border-radius:0;width:.625rem;height:.5625rem}
.mark.off::before{background:none;box-shadow:inset 0 0 0 2px currentColor}
.debug>*{color:var(--muted)}
#log [data-label=SPI]{line-height:inherit}
#log [data-label=Event]{width:100%}
#log tr:target>*{background:var(--wait-back)}
#log .num{text-align:right}
.end{display:flex;gap:1rem;margin:1rem 0}
.notice{background:var(--surface);border:1px solid var(--line);border-radius:10px;padding:1.25rem;margin:1rem 0;max-width:40rem}
.notice>:last-child{margin-bottom:0}
.notice code{overflow-wrap:anywhere}
`,
	...FORM_STYLE,
	`@media(min-width:40em){h1:has(+.bar){float:left;max-width:100%;margin-right:1rem}h1+.bar{margin:0 0 .75rem;min-height:2rem;min-width:min(100%,22rem)}h1+.bar+*{clear:both}}
@media(min-width:64em){#log td{padding:.3125rem .5rem;white-space:nowrap}#log td:first-child{padding-left:1.125rem}#log [data-label=Event],#log [data-label=Remarks],#log [data-label=Connection]{white-space:normal;overflow-wrap:anywhere}#log [data-label=Connection]{min-width:8.5rem}.in::before,.out::before{content:"\\2193" / "";margin-right:.3125rem;color:var(--accent);font-weight:700}.out::before{content:"\\2191" / ""}.in,.out,[data-label="Elapsed time"],#ike-security-associations tr>:nth-child(6){white-space:nowrap}#live .num{white-space:nowrap}#security-associations td:first-child,#ike-security-associations th:first-child,#connections th:first-child{min-width:8.5rem}td.act,.cards td:last-child.none{text-align:right}table:has(td.act,td.do) thead th:last-child{text-align:right}tbody tr:hover>*{background:var(--raised)}tbody tr:last-child>:first-child{border-bottom-left-radius:10px}tbody tr:last-child>:last-child{border-bottom-right-radius:10px}}
@media(min-width:64em) and (max-width:72em){#live tr>*+:not(:last-child){padding-left:.25rem;padding-right:.25rem}}
@media(max-width:63.99em){
table{display:block;background:none;border:0;box-shadow:none}
caption{display:block}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tbody{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,18.5rem),1fr));gap:.75rem}
tr{display:block;background:var(--surface);border:1px solid var(--line);border-radius:10px;box-shadow:var(--shadow);padding:.375rem 0;min-width:0}
tbody tr>*,tbody tr+tr>*{display:grid;grid-template-columns:minmax(6.5rem,38%) minmax(0,1fr);column-gap:.75rem;border:0;padding:.25rem 1rem;overflow-wrap:anywhere}
tbody tr>[data-label]::before{content:attr(data-label)}
tbody tr>[data-label]::before,.cards tr>*::before{grid-row:span 5;font:.8125rem/1.4375rem ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;color:var(--muted);width:auto}
tbody tr>*>*{grid-column:2;justify-self:start}
tbody tr>:first-child{padding-top:.375rem;padding-bottom:.5rem;border-bottom:1px solid var(--line);margin-bottom:.25rem}
tbody tr>:first-child,tbody tr>:last-child{padding-left:1rem;padding-right:1rem}
tr.empty{grid-column:1/-1}
tbody tr.empty>*{display:block;border:0;margin:0;padding:.5rem 1rem}
tbody tr>.act{grid-template-columns:1fr;padding-top:.5rem;padding-bottom:.5rem}
tbody tr>.act[data-label]::before{content:none}
wbr{display:none}
.act>button{grid-column:1;justify-self:stretch;padding:.5625rem 1rem;border-color:var(--strong)}
tbody tr>.none{display:none}
.both tbody tr>th{display:block;font-weight:600}
.both tbody tr>th::before{content:none}
.both tbody tr>td{display:block;padding:.25rem 1rem}
.both tbody tr>td::before{display:block}
#states{padding:0 1.125rem 1.125rem;border:0}
#states small{margin:0}
#log tbody{display:block;background:var(--surface);border:1px solid var(--line);border-radius:10px}
#log tr{border:0;border-radius:0;box-shadow:none;padding:.5rem 1rem}
#log tr+tr{border-top:1px solid var(--line)}
#log tr>td{display:inline-block;padding:0;border:0;font-size:.8125rem;color:var(--muted)}
#log tr>td::before{content:none}
#log tr>td:first-child{margin:0;padding:0}
#log tr>td+td:not(:last-child){margin-left:.75rem}
#log tr>[data-label=To]::before{content:"\\2192" / "to";display:inline;margin-right:.75rem}
#log tr>.none{display:none}
#log tr>[data-label=Event],#log tr>[data-label=Remarks]{display:block;font-size:.875rem;color:var(--ink)}
}
@media(max-width:30em){header{column-gap:.5rem}nav a{padding:.375rem .5rem}.unit{border:0;padding:0;order:3;flex-basis:100%}.problems{padding:.875rem 1rem .25rem}}
@media print{nav,.bar,.act,.help{display:none}tr{break-inside:avoid}}
@media(forced-colors:active){.state{border:1px solid}progress{forced-color-adjust:none}}
`,
	...STATUS_STYLE,
]);
