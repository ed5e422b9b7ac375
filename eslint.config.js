import tseslint from 'typescript-eslint';

/** Nothing but src/clock.ts reads the machine's time. */
const time = [
  { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: 'Take a Clock.' },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Take a Clock.' },
  { selector: "CallExpression[callee.object.name='performance']", message: 'Take a Clock.' },
  { selector: "MemberExpression[object.name='process'][property.name='hrtime']", message: 'Take a Clock.' },
];

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'data/**', 'coverage/**', 'test/.generated/**'] },
  {
    files: ['src/**/*.{ts,tsx}', 'test/**/*.{ts,tsx}', 'scripts/**/*.ts'],
    ignores: ['src/client/**', '**/browser/**', '**/island/**'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['src/clock.ts', 'src/client/**', '**/browser/**', '**/island/**'],
    rules: {
      'no-restricted-syntax': ['error', ...time],
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 60, skipComments: true, skipBlankLines: true }],
      'max-params': ['error', 4],
    },
  },
  { files: ['vitest*.config.ts'], extends: [tseslint.configs.recommended] },
  { files: ['src/cli/**', 'test/**', 'src/main.ts'], rules: { 'no-console': 'off' } },
  // The tests in browsers belong to no project, so nothing that needs types is checked in them.
  { files: ['test/browser/**/*.ts'], extends: [tseslint.configs.recommended] },
  {
    files: ['src/client/**/*.ts', 'src/**/{browser,island}/**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommended],
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 60, skipComments: true, skipBlankLines: true }],
    },
  },
);
