/** The part of the style sheet for forms of settings and what belongs to them. Wide: label, control, explanation side by side. */
export const FORM_STYLE: readonly string[] = Object.freeze([
	`nav{flex-wrap:wrap}
nav a{white-space:nowrap}
.crumbs{color:var(--muted);margin:.375rem 0 1.25rem}
input:not([type=checkbox],[type=radio]),.settings select{font:inherit;color:var(--ink);background:var(--surface);border:1px solid var(--strong);border-radius:6px;padding:.375rem .625rem;width:100%;max-width:none;min-width:0;min-height:2.375rem}
.settings select{padding-right:.25rem}
input.short{max-width:9rem}
input[type=checkbox],input[type=radio]{width:1.25rem;height:1.25rem;margin:.375rem 0;accent-color:var(--accent)}
[aria-invalid]{border-color:var(--bad)!important;box-shadow:0 0 0 1px var(--bad)}
.main{color:var(--surface);background:var(--accent);border-color:var(--accent)}
.main:hover{color:var(--surface);filter:brightness(1.1)}
.danger{background:var(--bad);border-color:var(--bad)}
.card{background:var(--surface);border:1px solid var(--line);border-radius:10px;box-shadow:var(--shadow);padding:1rem 1.125rem .25rem;margin-bottom:1rem}
.card>h2{margin-bottom:.75rem}
.field,.list{border-top:1px solid var(--line);margin:0 -1.125rem;padding:.875rem 1.125rem;display:grid;gap:.375rem 1.5rem;align-items:start}
.field:target,.list:target,.field:has(:target),.row:target{background:var(--wait-back)}
.field:last-child,.list:last-child{border-radius:0 0 10px 10px}
`,
	`.label{font-weight:600}
.what{color:var(--muted);font-size:.875rem;margin:0;max-width:44rem}
.there{display:block;font-size:.8125rem}
.fault,.weak{margin:0;font-size:.875rem;font-weight:550;color:var(--bad)}
.weak{color:var(--wait)}
.weak::before{content:"\\26a0" / "";margin-right:.375rem}
.parts,.row{display:flex;flex-wrap:wrap;gap:.5rem .75rem;align-items:start;min-width:0}
.part{display:grid;gap:.125rem;min-width:0;flex:1 1 8.25rem}
.part>label{font-size:.8125rem;color:var(--muted)}
.row{position:relative;border:1px solid var(--line);border-radius:8px;background:var(--raised);padding:.5rem .75rem .75rem}
.row>p{flex:0 0 100%}
.row>.part{flex-basis:12.5rem}
.row .up{align-self:end;justify-self:start}
.field>button{justify-self:start}
.table+.table,.table+section{margin-top:1.75rem}
form .table{margin-bottom:.75rem}
.save{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;margin:1rem 0 1.5rem}
.top{display:block;margin:0 0 .75rem auto}
.save .main,.bar .main{padding:.375rem 1.125rem}
.faults,.done{border-left:4px solid var(--bad);background:var(--bad-back);border-radius:8px;padding:.875rem 1.25rem .375rem;margin:0 0 1.25rem}
.faults h2{color:var(--bad);margin-bottom:.25rem}
.done{border-color:var(--on);background:var(--on-back)}
.faults ul,.done ul,.links{margin:0 0 .5rem;padding-left:1.125rem}
.plain{list-style:none;margin:0;padding:0}
td .state+.state{margin-left:.25rem}
.do{white-space:normal}
.do>*{display:inline-block;margin:0 .375rem .375rem 0;padding:.125rem .625rem}
.agreed{max-width:60rem;margin:.5rem 0 1.5rem}
.agreed th{font-weight:600}
.maker{margin-top:.625rem}
details>.weak{margin:0 1.125rem 1rem;color:var(--wait)}
pre{margin:0;padding:.75rem 1.125rem 1rem;overflow-x:auto;font:.8125rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;tab-size:4;border-top:1px solid var(--line)}
input[type=radio]{width:1.125rem;height:1.125rem;min-height:0;padding:0;margin:0 .375rem 0 0;vertical-align:-.1875rem;accent-color:var(--accent)}
input[type=file]{padding:.25rem;font-size:.875rem}
textarea{font:.8125rem/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;color:var(--ink);background:var(--surface);border:1px solid var(--strong);border-radius:6px;padding:.375rem .625rem;width:100%;min-width:0;resize:vertical}
.way{margin:.25rem 0 .625rem}
.way .what{display:block;margin-left:1.5rem}
.card>.what{margin-bottom:.75rem}
main>.what,main>.weak{margin:.75rem 0 1.5rem}
#memory :is(th,td):last-child{text-align:right}
@media(min-width:64em){.field>.ways{grid-column:2/4}.crumbs+form>.top{margin-top:-3.25rem;position:relative}.field{grid-template-columns:12rem minmax(0,24rem) minmax(0,1fr)}.field>:not(.ways){grid-column:2}.field>.label{grid-column:1;padding-top:.375rem}.field>.what{grid-column:3;grid-row:1/span 3}.list{grid-template-columns:12rem minmax(0,1fr)}.list>*{grid-column:2}.list>.label{grid-column:1}.agreed th{width:16rem}td.do{min-width:19rem;text-align:right}.do>*{margin:0 0 .375rem .375rem}.row{padding-right:4.75rem}.row .up{position:absolute;right:.75rem;bottom:.75rem;height:2.375rem}}
@media(max-width:63.99em){.do>*{grid-column:auto}tbody tr>.do{display:flex;flex-wrap:wrap;column-gap:0;padding-top:.5rem}.do>*{padding:.4375rem .75rem;margin:0 .375rem .375rem 0}tbody tr>.do[data-label]::before{content:none}.agreed tbody{display:block}.agreed tr{box-shadow:none;border-radius:0;border-width:0 0 1px}.agreed tbody tr>[data-label]::before{content:none}.agreed tbody tr>*,.agreed tbody tr+tr>*{display:block;border:0;margin:0}}
@media(max-width:52em){nav{order:4;margin:0 -.75rem;flex-basis:100%}}
@media print{.save,.crumbs,.skip,footer,.maker a{display:none}.maker:not([open]){display:none}pre{white-space:pre-wrap}}
`,
]);
