/**
 * Says what stands against publishing: `node .github/scripts/check-release.mjs <tag>`. Tag, version
 * and changelog entry must agree, and what only the owner can fill in must be filled in (see
 * docs/publishing.md).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** They stand for the owner's repository and e-mail. */
const placeholders = ['github.com/message-scheduler/', 'maintainers@message-scheduler.example'];

/** They name the placeholders to say what they are. */
const speakOfThem = ['docs/publishing.md', '.github/scripts/check-release.mjs'];

/** What is no source. */
const notOurs = ['.git', 'node_modules', 'dist', 'coverage', '.cache'];

const text = (path) => readFileSync(join(root, path), 'utf8');

/** All files: a list of those with a placeholder would miss the next one. */
function filesOf(folder) {
	return readdirSync(join(root, folder), { withFileTypes: true })
		.filter(({ name }) => !notOurs.includes(name) && !name.endsWith('.tgz'))
		.flatMap((entry) => {
			const path = posix.join(folder, entry.name);
			return entry.isDirectory() ? filesOf(path) : [path];
		})
		.filter((path) => !speakOfThem.includes(path));
}

function problems(tag) {
	const { version, repository } = JSON.parse(text('package.json'));
	const found = [];
	if (!tag) found.push('Give the tag, e.g. check-release.mjs 0.1.0.');
	else if (tag !== version) found.push(`The tag is ${tag}, but package.json says ${version}.`);

	const escaped = version.replaceAll('.', '\\.');
	const heading = new RegExp(`^## \\[${escaped}\\] - \\d{4}-\\d{2}-\\d{2}$`, 'm');
	if (!heading.test(text('CHANGELOG.md'))) {
		found.push(`CHANGELOG.md has no heading "## [${version}] - <date>".`);
	}

	for (const file of filesOf('')) {
		const content = text(file);
		for (const placeholder of placeholders) {
			if (!content.includes(placeholder)) continue;
			found.push(`${file} still has the placeholder ${placeholder}.`);
		}
	}

	const { GITHUB_REPOSITORY: here } = process.env;
	if (here && !repository.url.includes(`github.com/${here}.git`)) {
		found.push(`package.json names ${repository.url}, but this is github.com/${here}.`);
	}
	return found;
}

const found = problems(process.argv[2]);
if (found.length) {
	console.error(`Not ready to be published:\n${found.map((line) => `  - ${line}`).join('\n')}`);
	process.exitCode = 1;
} else {
	console.log('Ready to be published.');
}
