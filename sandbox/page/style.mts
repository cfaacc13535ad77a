/** The page's look: light and dark, from 600 px on. */
export const style = `
:root {
	color-scheme: light dark;
	--ink: light-dark(#1d2430, #e4e7ec);
	--dim: light-dark(#5a6473, #9aa4b2);
	--line: light-dark(#d9dee6, #363d49);
	--paper: light-dark(#f5f7fa, #14181f);
	--card: light-dark(#ffffff, #1c222b);
	--accent: light-dark(#1d5fd1, #7fb0ff);
	--good: light-dark(#17703a, #6fd394);
	--bad: light-dark(#b3261e, #ff8f86);
	font: 15px/1.45 system-ui, sans-serif;
	color: var(--ink);
	background: var(--paper);
}
* { box-sizing: border-box; }
body { max-width: 1120px; margin: 0 auto; padding: 16px 20px 60px; }
h1 { font-size: 22px; margin: 0; }
h2 { font-size: 17px; margin: 0 0 8px; }
h3 { font-size: 14px; margin: 14px 0 6px; }
p { margin: 4px 0 8px; }
header p { color: var(--dim); }
#notice:empty { display: none; }
#notice { color: var(--bad); font-weight: 600; }
nav { display: flex; flex-wrap: wrap; gap: 6px; margin: 12px 0; }
nav a { padding: 5px 12px; border: 1px solid var(--line); border-radius: 16px; color: inherit; text-decoration: none; background: var(--card); }
nav a[aria-current] { border-color: var(--accent); color: var(--accent); font-weight: 600; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px 16px; margin: 0 0 14px; }
.count { font-size: 12px; color: var(--dim); font-weight: 400; }
.empty, small { color: var(--dim); }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: 5px 12px 5px 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
thead th { border-top: 0; font-size: 12px; color: var(--dim); font-weight: 500; overflow-wrap: normal; }
tbody th { font-weight: 500; white-space: nowrap; }
td:last-child, th:last-child { padding-right: 0; }
.values { width: auto; }
time, .to { white-space: nowrap; }
.to { display: inline-block; max-width: 26ch; overflow: hidden; text-overflow: ellipsis; }
.text { white-space: pre-wrap; }
.until { color: var(--dim); white-space: nowrap; }
code, pre { font: 13px/1.45 ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap; }
pre { margin: 4px 0; }
summary { color: var(--dim); cursor: pointer; }
ul { margin: 4px 0 8px; padding-left: 20px; }
form { display: inline; }
.buttons { display: inline-flex; flex-wrap: wrap; gap: 6px; }
.entry { display: flex; gap: 6px; max-width: 760px; margin: 4px 0 8px; }
input { flex: 1; min-width: 0; font: inherit; padding: 5px 8px; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: 5px; }
button { font: inherit; font-size: 13px; padding: 3px 10px; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: 5px; cursor: pointer; white-space: nowrap; }
button:hover { border-color: var(--accent); }
button[aria-pressed="true"] { border-color: var(--accent); color: var(--accent); font-weight: 600; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.good { color: var(--good); }
.bad { color: var(--bad); }
`;
