import type { Upcoming } from './data';
import type { Format } from './format';
import { html, type Html } from './html';
import { HOUR_MS } from '../messages/duration';

/** Units of a chart's height; its width is one for each column. */
const HEIGHT = 100;

/** The height of a column that there is: it is seen, however little it is. */
const heightOf = (count: number, most: number): number =>
	Math.max(2.5, round((count / most) * HEIGHT));

const round = (value: number) => Math.round(value * 100) / 100;

/** The highest of some counts, from 1 on. */
const highest = (columns: readonly Upcoming[]): number =>
	Math.max(1, ...columns.map(({ count }) => count));

/** A column for each hour, with the clock below. @param name the picture in words */
export function hourChart(hours: readonly Upcoming[], format: Format, name: string): Html {
	const most = highest(hours);
	const columns = hours.map(({ at, count }, index) => {
		if (count === 0) return null;
		const height = heightOf(count, most);
		return html`<rect
			class="plan"
			x="${index + 0.12}"
			y="${round(HEIGHT - height)}"
			width="0.76"
			height="${height}"
			><title>${format.weekday(at)} ${format.clock(at)}: ${format.count(count)}</title></rect
		>`;
	});
	return html`<svg
			class="hours"
			viewBox="0 0 ${hours.length} ${HEIGHT}"
			preserveAspectRatio="none"
			role="img"
			aria-label="${name}"
		>
			<line x1="0" x2="${hours.length}" y1="0.5" y2="0.5" />
			<line x1="0" x2="${hours.length}" y1="50" y2="50" />
			${columns}
		</svg>
		<div class="axis of48" aria-hidden="true">${hourLabels(hours, format)}</div>`;
}

/** Every six hours by the reader's clock; the day where it begins. */
function hourLabels(hours: readonly Upcoming[], format: Format): Html[] {
	const places = hours.flatMap(({ at }, index) =>
		index + 6 <= hours.length && hourOfClock(at, format) % 6 === 0 ? [index] : [],
	);
	return places.map((index) => {
		const { at } = hours[index];
		const isNewDay = hourOfClock(at, format) === 0;
		const isFirst = index === places[0];
		const isMinor = hourOfClock(at, format) % 12 !== 0 && !isFirst;
		return html`<span class="c${index + 1}${isMinor && ' minor'}"
			>${format.clock(at)}${(isNewDay || isFirst) &&
			html`<b>${format.weekday(at)} ${format.dayOfMonth(at)}</b>`}</span
		>`;
	});
}

const hourOfClock = (at: number, format: Format): number =>
	Math.floor(format.localMs(at) / HOUR_MS) % 24;

/** A column for each day with its figure. */
export function dayChart(days: readonly Upcoming[], format: Format): Html {
	const most = highest(days);
	const columns = days.map(({ at, count }) => {
		const height = heightOf(count, most);
		return html`<li${count === 0 && html` class="none"`}><svg viewBox="0 0 10 ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">${count > 0 && html`<rect class="plan" x="1.5" y="${round(HEIGHT - height)}" width="7" height="${height}" />`}</svg><b>${format.count(count)}</b>${format.weekday(at)}<br />${format.dayOfMonth(at)}</li>`;
	});
	return html`<ol class="days">
		${columns}
	</ol>`;
}

/** How long a bar is beside a figure that stands there, too. @param share from 0 to 1 */
export const shareBar = (share: number, kind: string): Html =>
	html`<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
		<rect class="track" width="100" height="10" />
		<rect
			class="f-${kind}"
			width="${share === 0 ? 0 : Math.max(0.8, round(share * 100))}"
			height="10"
		/>
	</svg>`;
