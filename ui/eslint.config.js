import { readdirSync } from 'node:fs';
import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const features = readdirSync(new URL('./src/features', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const outsidePlatform = {
  group: ['@tauri-apps/*'],
  message: 'Only src/platform talks to Tauri; use the Platform interface.',
};

/** A feature may import anything but another feature; what two features share belongs in lib or components. */
const featureIsolation = features.map((feature) => ({
  files: [`src/features/${feature}/**`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          outsidePlatform,
          {
            group: features.filter((other) => other !== feature).map((other) => `@/features/${other}/**`),
            message: 'Features never import each other.',
          },
          { group: ['../../*'], message: 'Leave a feature by the @/ alias.' },
          { group: ['@/app/**', '@/routes/**'], message: 'Features do not know the frame around them.' },
        ],
      },
    ],
  },
}));

export default defineConfig(
  { ignores: ['dist', 'node_modules', 'src/api/schema.d.ts', 'test-results', 'playwright-report'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  reactHooks.configs.flat['recommended-latest'],
  {
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['src/**'],
    ignores: ['src/platform/**', 'src/features/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: [outsidePlatform] }] },
  },
  {
    files: ['src/{components,lib,api,platform}/**'],
    ignores: ['src/platform/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            outsidePlatform,
            { group: ['@/features/**', '@/app/**', '@/routes/**'], message: 'Shared code knows no feature.' },
          ],
        },
      ],
    },
  },
  ...featureIsolation,
  {
    files: ['*.config.{ts,js}', 'tests/**'],
    languageOptions: { globals: globals.node },
    // Playwright reads from the pattern which fixtures are wanted, even when none is.
    rules: { 'no-empty-pattern': ['error', { allowObjectPatternsAsParameters: true }] },
  },
);
