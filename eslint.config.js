import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Only src/process may start programs; everything else asks it (see docs/architecture.md). */
const noSpawning = {
  'no-restricted-imports': [
    'error',
    {
      paths: ['execa', 'child_process', 'node:child_process'].map((name) => ({
        name,
        message: 'Programs are started through src/process only.',
      })),
    },
  ],
};

/** The command line reads the environment and passes it down; src/process knows PATH, with which programs are found and started. */
const noEnvironment = {
  'no-restricted-properties': [
    'error',
    {
      object: 'process',
      property: 'env',
      message: 'Environment variables are read in src/cli: see Environment.',
    },
  ],
};

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', 'schema/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-unnecessary-condition': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/prefer-nullish-coalescing': 'error',
    },
  },
  { files: ['src/**/*.ts'], ignores: ['src/process/**'], rules: noSpawning },
  { files: ['src/**/*.ts'], ignores: ['src/cli/**', 'src/process/**'], rules: noEnvironment },
  {
    files: ['**/*.js', '**/*.cjs', '**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        module: 'writable',
        performance: 'readonly',
        Buffer: 'readonly',
        AbortSignal: 'readonly',
      },
    },
  },
);
