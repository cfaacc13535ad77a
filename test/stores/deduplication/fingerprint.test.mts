import { parseRecipient } from '../../../messages/recipient';
import { fingerprint, type Likeness } from '../../../stores/deduplication/fingerprint';

const MESSAGE: Likeness = {
	recipient: parseRecipient('+14155238886'),
	type: 'image',
	text: null,
	mediaUrl: 'https://example.com/menu.jpg',
	caption: 'The menu',
	fileName: null,
	template: null,
	requestedAt: '2026-02-03T15:00:00.000Z',
};
const template = { name: 'menu', id: null, language: 'en', variables: { 1: 'Ana' } };
const of = (changes: Partial<Likeness> = {}) => fingerprint({ ...MESSAGE, ...changes });

it.each<[string, Partial<Likeness>]>([
	['the form of the number', { recipient: parseRecipient('14155238886@c.us') }],
	['spaces around the caption', { caption: ' The menu\n' }],
	['a text of spaces where there is none', { text: ' ' }],
	['the offset of the time', { requestedAt: '2026-02-03T20:30:00.000+05:30' }],
	['no uploaded file', { mediaId: null }],
])('is the same whatever is %s', (_, changes) => expect(of(changes)).toBe(of()));

it.each<[string, Partial<Likeness>]>([
	['number', { recipient: parseRecipient('+14155238887') }],
	['type', { type: 'video' }],
	['text', { text: 'The menu' }],
	['file', { mediaUrl: 'https://example.com/wine.jpg' }],
	['uploaded file', { mediaUrl: null, mediaId: 'file-1' }],
	['caption', { caption: 'The wine' }],
	['absent caption', { caption: null }],
	['name of the file', { fileName: 'menu.jpg' }],
	['time', { requestedAt: '2026-02-03T15:00:00.001Z' }],
	['template', { template }],
])('is another one for another %s', (_, changes) => expect(of(changes)).not.toBe(of()));

it('tells groups, uploaded files and the variables of templates apart', () => {
	const groups = ['120363039326117111@g.us', '120363039326117112@g.us'];
	const different = [
		...groups.map((group) => of({ recipient: parseRecipient(group) })),
		...['file-1', 'file-2'].map((mediaId) => of({ mediaUrl: null, mediaId })),
		...['Ana', 'Ben'].map((name) => of({ template: { ...template, variables: { 1: name } } })),
	];
	expect(new Set(different).size).toBe(6);
});

it('is short enough for a key that a person reads', () => expect(of()).toMatch(/^[\w-]{27}$/));

it('stays what it is, since tables hold it: counted by another program', () => {
	// Python: json.dumps of the parts without spaces, hashlib.sha256, urlsafe_b64encode, 27 characters.
	expect(of()).toBe('9fRv56mw7iThp21x9cwOMjhEHNI');
});
