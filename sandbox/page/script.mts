/**
 * The page's script, as the browser gets it: it copies values, sends forms without leaving the page, and
 * replaces the parts marked `data-live` when they change. It writes HTML that the server has made and no
 * other. A part is left alone while the mouse is down in it or text in it is selected; focus and what is
 * unfolded stay.
 */
export const script = String.raw`
'use strict';
const notice = document.getElementById('notice');
const seen = new Map();
const pauseMs = 1000;
let pressed = null;

document.addEventListener('pointerdown', (event) => { pressed = event.target; });
for (const end of ['pointerup', 'pointercancel', 'dragend']) {
	// After the click that follows.
	document.addEventListener(end, () => setTimeout(() => { pressed = null; }));
}

function isInUse(part) {
	const selection = getSelection();
	const isSelecting = selection && !selection.isCollapsed && part.contains(selection.anchorNode);
	return isSelecting || (pressed !== null && part.contains(pressed));
}

function replace(part, fresh) {
	const focused = part.contains(document.activeElement) ? document.activeElement.id : '';
	const unfolded = [...part.querySelectorAll('details[open]')].map(({ id }) => id);
	part.innerHTML = fresh;
	for (const id of unfolded) {
		const details = document.getElementById(id);
		if (details) details.open = true;
	}
	if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function count() {
	for (const element of document.querySelectorAll('[data-until]')) {
		const seconds = Math.round((Date.parse(element.dataset.until) - Date.now()) / 1000);
		const left = Math.max(0, seconds);
		const hours = Math.floor(left / 3600);
		const minutes = Math.floor((left % 3600) / 60);
		const text = hours > 0 ? hours + ' h ' + minutes + ' min' : minutes > 0 ? minutes + ' min ' + (left % 60) + ' s' : left + ' s';
		element.textContent = '(in ' + text + ')';
	}
}

async function refresh() {
	let text;
	try {
		const response = await fetch('/_sandbox/page/live' + location.search, { cache: 'no-store' });
		if (!response.ok) throw new Error('HTTP ' + response.status);
		text = await response.text();
	} catch {
		notice.dataset.lost = 'yes';
		notice.textContent = 'The sandbox does not respond: it refuses connections for a minute, or it was stopped. This page reconnects automatically.';
		return;
	}
	if (notice.dataset.lost) {
		delete notice.dataset.lost;
		notice.textContent = '';
	}
	const fresh = new DOMParser().parseFromString(text, 'text/html');
	for (const part of fresh.querySelectorAll('[data-live]')) {
		const shown = document.getElementById(part.id);
		if (!shown || seen.get(part.id) === part.innerHTML || isInUse(shown)) continue;
		seen.set(part.id, part.innerHTML);
		replace(shown, part.innerHTML);
	}
	count();
}

document.addEventListener('submit', async (event) => {
	event.preventDefault();
	const form = event.target;
	const body = new URLSearchParams(new FormData(form, event.submitter));
	notice.textContent = '';
	try {
		const response = await fetch(form.action, { method: 'POST', body, redirect: 'manual' });
		if (response.type !== 'opaqueredirect') notice.textContent = await response.text();
	} catch {
		// What is shown next says that nobody answers.
	}
	await refresh();
});

document.addEventListener('click', async (event) => {
	const button = event.target.closest('[data-copy]');
	if (!button) return;
	await navigator.clipboard.writeText(button.dataset.copy);
	button.textContent = 'Copied';
	setTimeout(() => { button.textContent = 'Copy'; }, 1500);
});

for (const button of document.querySelectorAll('[data-copy]')) button.hidden = false;

async function follow() {
	if (!document.hidden) await refresh();
	setTimeout(follow, pauseMs);
}
document.addEventListener('visibilitychange', () => { if (!document.hidden) void refresh(); });
setInterval(count, 1000);
void follow();
`;
