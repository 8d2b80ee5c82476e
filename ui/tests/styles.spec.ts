import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@playwright/test';

const ASSETS = path.join(process.env.CLICK_LITE_UI_DIST ?? 'dist', 'assets');
const STYLES = 'node_modules/@mantine/core/styles';

/** Mantine's class names, which its scripts and its styles share. */
const classes = (text: string): Set<string> => new Set(text.match(/m_[0-9a-f]{6,8}/g));

const built = (ending: string): Set<string> =>
  classes(
    readdirSync(ASSETS)
      .filter((name) => name.endsWith(ending))
      .map((name) => readFileSync(path.join(ASSETS, name), 'utf8'))
      .join('\n'),
  );

test('the styles of Mantine that are used are there, and no others', () => {
  const [scripts, styles] = [built('.js'), built('.css')];
  expect(scripts.size).toBeGreaterThan(50);
  const files = readdirSync(STYLES).filter((name) => /^[A-Z]\w+\.css$/.test(name));
  expect(files.length).toBeGreaterThan(50);
  const wrong: string[] = [];
  for (const file of files) {
    const names = [...classes(readFileSync(path.join(STYLES, file), 'utf8'))];
    const isUsed = names.some((name) => scripts.has(name));
    const isThere = names.every((name) => styles.has(name));
    if (isUsed && !isThere) wrong.push(`add ${file} to src/app/mantine-styles.ts`);
    if (!isUsed && isThere) wrong.push(`take ${file} out of src/app/mantine-styles.ts`);
  }
  expect(wrong).toEqual([]);
});
