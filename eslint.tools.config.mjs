// Lints what runs outside n8n (`.mts`): n8n's own config, which must stay as its tool made it,
// judges every `.ts` by the rules of code inside n8n (no timers, no process, no file system).
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
	{ ignores: ['dist/**', 'node_modules/**', '**/*.ts'] },
	{
		files: ['**/*.mts'],
		extends: [js.configs.recommended, tseslint.configs.recommended],
		rules: { '@typescript-eslint/no-explicit-any': 'error' },
	},
);
