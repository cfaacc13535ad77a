import { seededRandom } from '../../sandbox/random.mts';

/** What each of them does if it runs, and what a page would have to ask for. */
const HARM = 'window.harmed=(window.harmed||0)+1';

/** Ways out of a text, an attribute, a comment, a style, a script, a title and an SVG. */
const SHAPES: ReadonlyArray<(harm: string) => string> = [
	(harm) => `<script>${harm}</script>`,
	(harm) => `<ScRiPt/x>${harm}</sCrIpT\t>`,
	(harm) => `<img src=x onerror=${harm}>`,
	(harm) => `<img src="x" onerror="${harm}"`,
	(harm) => `<img src=\`x\` onerror=\`${harm}\`>`,
	(harm) => `<svg onload=${harm}>`,
	(harm) => `<svg><script>${harm}</script></svg>`,
	(harm) => `<svg/><animate onbegin=${harm} attributeName=x dur=1s>`,
	(harm) => `<body onload=${harm}>`,
	(harm) => `<iframe srcdoc="<script>parent.${harm}</script>"></iframe>`,
	(harm) => `<iframe src="javascript:parent.${harm}"></iframe>`,
	(harm) => `<object data="javascript:${harm}"></object>`,
	(harm) => `<a href="javascript:${harm}">here</a>`,
	(harm) => `<form action="javascript:${harm}"><button>ok</button></form>`,
	(harm) => `<input autofocus onfocus=${harm}>`,
	(harm) => `<details open ontoggle=${harm}>`,
	(harm) => `<video><source onerror=${harm}></video>`,
	(harm) => `<style>@import "http://127.0.0.1:1/harm"</style>`.replace('harm"', `${harm.length}"`),
	(harm) => `<link rel=stylesheet href="http://127.0.0.1:1/?${harm.length}">`,
	(harm) => `<meta http-equiv=refresh content="0;url=javascript:${harm}">`,
	(harm) => `<base href="http://127.0.0.1:1/">${harm}`,
	(harm) => `<math><mtext><style><img src=x onerror=${harm}></style></mtext></math>`,
	(harm) => `<noscript><p title="</noscript><img src=x onerror=${harm}>">`,
	(harm) => `<template><script>${harm}</script></template>`,
	(harm) => `<xmp><img src=x onerror=${harm}></xmp>`,
	(harm) => `<textarea autofocus onfocus=${harm}></textarea>`,
	(harm) => `\u0000<script>${harm}</script>`,
	(harm) => `\u202E<script>${harm}</script>`,
	(harm) => `＜script＞${harm}＜/script＞`,
	(harm) => `&lt;script&gt;${harm}&lt;/script&gt;`,
	(harm) => `&#60;script&#62;${harm}&#60;/script&#62;`,
	(harm) => `{{ ${harm} }}`,
	(harm) => `\${${harm}}`,
	(harm) => `javascript:${harm}`,
	(harm) => `" onmouseover="${harm}" autofocus onfocus="${harm}" x="`,
	(harm) => `' onmouseover='${harm}' autofocus onfocus='${harm}' x='`,
];

/** What may have to end before a shape begins. */
const ENDS = [
	'',
	'">',
	"'>",
	'`>',
	'-->',
	'</title>',
	'</style>',
	'</script>',
	'</pre>',
	'</svg>',
	']]>',
	'</td></table>',
	'<![CDATA[',
	'<!--',
	'\r\n\r\n',
	'&',
	'\\',
];

/** So many texts, all different: each shape behind each end, with odd signs between. */
export function hostileTexts(count: number): string[] {
	const random = seededRandom(16);
	const signs = ['', ' ', '\t', '\u00A0', '/', '\u2028', 'é', '🙂', '\uD800'];
	const texts = new Set<string>();
	for (let index = 0; texts.size < count; index++) {
		const shape = SHAPES[index % SHAPES.length];
		const end = ENDS[Math.floor(index / SHAPES.length) % ENDS.length];
		const sign = signs[Math.floor(random() * signs.length)];
		const mark = index < SHAPES.length * ENDS.length ? '' : ` ${index}`;
		texts.add(`${end}${sign}${shape(HARM)}${mark}`);
	}
	return [...texts];
}
