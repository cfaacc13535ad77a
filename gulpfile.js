const { dest, parallel, src } = require('gulp');

/**
 * What n8n reads beside the compiled files, at the same places in `dist`: icons, the codex of each
 * node, and the schemas of its outputs. `encoding: false` keeps gulp from reading them as text.
 */
function copy(globs) {
	return src(globs, { base: '.', encoding: false, allowEmpty: true }).pipe(dest('dist'));
}

function icons() {
	return copy(['{icons,nodes,credentials}/**/*.svg']);
}

function descriptions() {
	return copy(['nodes/**/*.node.json', 'nodes/**/__schema__/**/*.json']);
}

exports.build = parallel(icons, descriptions);
exports.default = exports.build;
