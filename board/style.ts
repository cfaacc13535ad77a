import { createHash } from 'node:crypto';

/** Colours by role: light, then dark. */
const LIGHT = `--page:#f5f6f8;--card:#fff;--ink:#1a2230;--dim:#56616f;--line:#e2e6ec;--soft:#eef1f5;--accent:#1f55c4;--plan:#4b7be0;--sent:#2f6bdb;--delivered:#1b8a5a;--read:#0f766e;--grey:#8893a2;--good:#15703f;--good-back:#e6f4ec;--warn:#8a5200;--warn-back:#fdf1dc;--bad:#b3261e;--bad-back:#fdeceb`;
const DARK = `--page:#10141a;--card:#181e27;--ink:#e7ebf1;--dim:#9ea9b8;--line:#2b3340;--soft:#212936;--accent:#8fb5ff;--plan:#6d97f0;--sent:#6d97f0;--delivered:#45b583;--read:#3fb8ab;--grey:#6f7a8a;--good:#7ddba8;--good-back:#16301f;--warn:#f0bd62;--warn-back:#352810;--bad:#ff9a90;--bad-back:#3b1b1a`;

const COLUMNS = Array.from({ length: 48 }, (_, n) => `.c${n + 1}{grid-column-start:${n + 1}}`).join(
	'',
);

/** The look of every page; it needs no script, font or picture. */
export const STYLE = `:root{color-scheme:light;${LIGHT};font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;color:var(--ink);background:var(--page)}
@media (prefers-color-scheme:dark){:root{color-scheme:dark;${DARK}}}
*,*::before,*::after{box-sizing:border-box}
body{margin:0 auto;padding:28px 24px 56px;max-width:1360px;overflow-wrap:anywhere}
h1,h2,h3,p,ul,ol,dl,dd,figure{margin:0;padding:0}
ul,ol{list-style:none}
h1{font-size:26px;line-height:1.2;font-weight:650;letter-spacing:-.01em}
h2{font-size:17px;line-height:1.3;font-weight:620}
h3{font-size:14px;font-weight:600}
a{color:var(--accent);text-underline-offset:3px}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:4px}
.skip{position:absolute;left:-999px}
.skip:focus{left:24px;top:8px;padding:8px 14px;background:var(--card);border:1px solid var(--line);border-radius:8px}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.top{display:flex;flex-wrap:wrap;align-items:flex-end;justify-content:space-between;gap:14px 24px;margin-bottom:22px}
.sub,.note{color:var(--dim);font-size:14px}
nav ul{display:flex;gap:4px;padding:4px;background:var(--soft);border-radius:10px}
nav a{display:block;padding:6px 16px;border-radius:7px;color:var(--dim);text-decoration:none;font-weight:550;font-size:14px}
nav a:hover{color:var(--ink)}
nav a[aria-current]{background:var(--card);color:var(--ink);box-shadow:0 1px 2px rgb(0 0 0/.12)}
main{display:grid;gap:18px}
.card{min-width:0;background:var(--card);border:1px solid var(--line);border-radius:14px;padding:20px 22px}
.card>.head{display:flex;flex-wrap:wrap;align-items:baseline;justify-content:space-between;gap:2px 16px;margin-bottom:14px}
.pair{display:grid;gap:18px;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr))}
.figures{display:grid;gap:14px;grid-template-columns:repeat(auto-fit,minmax(150px,1fr))}
.figures li{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:14px 18px 13px}
.figures .value{display:block;font-size:28px;line-height:1.25;font-weight:640;letter-spacing:-.015em;font-variant-numeric:tabular-nums}
.figures .label{display:block;font-size:14px;font-weight:550}
.figures li{position:relative}
.figures a{color:inherit}
.figures a::after{content:"";position:absolute;inset:0;border-radius:14px}
.figures .more{display:block;font-size:13px;color:var(--dim)}
.figures .warn{border-color:var(--warn);background:var(--warn-back)}
.figures .bad{border-color:var(--bad);background:var(--bad-back)}
.figures .warn .value{color:var(--warn)}
.figures .bad .value{color:var(--bad)}
.figures .warn .more,.figures .bad .more{color:var(--ink)}
.card>.banner{margin-top:14px}
.banner{border-radius:14px;padding:14px 20px;border:1px solid var(--line);background:var(--card)}
.banner.bad{border-color:var(--bad);background:var(--bad-back)}
.banner.warn{border-color:var(--warn);background:var(--warn-back)}
table{width:100%;border-collapse:collapse;font-size:14px}
caption{text-align:left}
th,td{padding:9px 14px 9px 0;text-align:left;vertical-align:top;border-top:1px solid var(--line)}
thead th{border-top:0;padding-top:0;font-size:12.5px;font-weight:550;color:var(--dim)}
tbody th{font-weight:500}
td:last-child,th:last-child{padding-right:0}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
time,.nowrap{white-space:nowrap}
.plain tr:first-child>*{border-top:0}
.part th{padding-left:18px;color:var(--dim)}
.bars td.bar{width:46%;vertical-align:middle}
.bars.reasons td.bar{width:26%}
.bars svg{display:block;width:100%;height:12px}
.bars rect.track{fill:var(--soft)}
.hours{display:block;width:100%;height:150px;border-bottom:1px solid var(--line)}
.hours line{stroke:var(--line);vector-effect:non-scaling-stroke}
.axis{display:grid;font-size:12px;color:var(--dim);line-height:1.35}
.of48{grid-template-columns:repeat(48,minmax(0,1fr))}
.axis span{grid-row:1;grid-column-end:span 6;white-space:nowrap;padding-top:5px;border-left:1px solid var(--line);padding-left:4px}
.axis b{display:block;font-weight:600;color:var(--ink)}
${COLUMNS}
.days{overflow-wrap:normal;display:grid;grid-template-columns:repeat(14,minmax(0,1fr));gap:0 6px;text-align:center;font-size:12px;line-height:1.35;color:var(--dim)}
.days svg{display:block;width:100%;height:124px;margin-bottom:6px;border-bottom:1px solid var(--line)}
.days b{display:block;font-size:13px;font-weight:620;color:var(--ink);font-variant-numeric:tabular-nums}
.days .none b{font-weight:400;color:var(--dim)}
.plan{fill:var(--plan)}.f-scheduled{fill:var(--plan)}.f-sent{fill:var(--sent)}.f-delivered{fill:var(--delivered)}.f-read{fill:var(--read)}.f-failed{fill:var(--bad)}.f-expired{fill:var(--bad)}.f-unconfirmed{fill:var(--warn)}.f-other{fill:var(--grey)}
details{margin-top:12px;font-size:14px}
summary{cursor:pointer;color:var(--dim);width:fit-content}
details table{margin-top:10px;max-width:460px}
.chip{display:inline-block;padding:1px 10px;border-radius:999px;font-size:13px;font-weight:550;white-space:nowrap;background:var(--soft);color:var(--ink)}
.chip.good{background:var(--good-back);color:var(--good)}
.chip.warn{background:var(--warn-back);color:var(--warn)}
.chip.bad{background:var(--bad-back);color:var(--bad)}
.list th{min-width:110px}
.list td{min-width:140px;max-width:46ch}
.why{display:block;color:var(--dim);font-size:13px}
.search{display:grid;gap:14px;grid-template-columns:repeat(auto-fit,minmax(min(100%,180px),1fr));align-items:end}
label{display:grid;gap:5px;font-size:13px;font-weight:550}
input,select,button{font:inherit;font-size:15px;font-weight:400;min-height:40px;padding:7px 12px;color:inherit;background:var(--card);border:1px solid var(--grey);border-radius:9px;width:100%;min-width:0}
button{background:var(--accent);border-color:var(--accent);color:var(--card);font-weight:600;cursor:pointer}
.pager{display:flex;flex-wrap:wrap;gap:8px 20px;margin-top:16px;font-size:14px}
.way{position:relative;display:grid;gap:18px}
.way li{position:relative;padding-left:30px}
.way li::before{content:"";position:absolute;left:4px;top:6px;width:11px;height:11px;border-radius:50%;background:var(--plan);box-shadow:0 0 0 4px var(--card)}
.way li::after{content:"";position:absolute;left:9px;top:22px;bottom:-22px;width:1px;background:var(--line)}
.way li:last-child::after{display:none}
.way .open::before{background:var(--card);border:2px solid var(--grey)}
.way .good::before{background:var(--delivered)}
.way .warn::before{background:var(--warn)}
.way .bad::before{background:var(--bad)}
.way b{display:block;font-weight:600}
.facts{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:9px 20px;font-size:14px}
.facts dt{color:var(--dim)}
.quote{margin:16px 0 0;padding:14px 18px;background:var(--soft);border-radius:12px;font:inherit;white-space:pre-wrap}
footer{margin-top:22px}
@media (max-width:900px){
.list,.list tbody,.list td,.list th{display:block}
.list thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.list tr{display:block;padding:12px 0;border-top:1px solid var(--line)}
.list tbody tr:first-child{border-top:0;padding-top:0}
.list td,.list th{border:0;padding:0 0 3px;min-width:0;max-width:none}
.list td[data-label]::before{content:attr(data-label) ": ";color:var(--dim)}
}
@media (max-width:760px){
body{padding:18px 14px 40px}
.card{padding:16px}
.figures{grid-template-columns:repeat(2,minmax(0,1fr));gap:10px}
.figures li{padding:12px 14px}
.figures .value{font-size:24px}
.hours{height:120px}
.days{grid-template-columns:repeat(7,minmax(0,1fr));gap:14px 4px}
.days svg{height:64px}
.figures li:first-child{grid-column:span 2}
.axis .minor{display:none}
.bars td.bar{width:34%}
.bars.reasons td.bar{display:none}
.facts{grid-template-columns:1fr;gap:2px}
.facts dd{margin-bottom:10px}
}
@media (forced-colors:active){.chip,.figures li{border:1px solid}rect{fill:CanvasText}rect.track{fill:none}}
@media print{
@page{margin:14mm}
:root{color-scheme:light;${LIGHT};font-size:12px;background:#fff}
body{padding:0;max-width:none}
nav,.search,.pager,.skip,summary{display:none}
.card,.figures li,.banner{break-inside:avoid}
.card{padding:12px 0;border:0;border-top:1px solid var(--line);border-radius:0}
a{color:inherit;text-decoration:none}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`;

const hash = createHash('sha256').update(STYLE, 'utf8').digest('base64');

/**
 * What the page may load: nothing but its own style, known by its hash. n8n puts a sandbox of its own around
 * the pages of webhooks and drops other headers, so the policy stands in the page.
 */
export const POLICY = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'self'`;
