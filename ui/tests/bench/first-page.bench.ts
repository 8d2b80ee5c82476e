import { gzipSync } from 'node:zlib';
import { RANGE, report, test } from './measure';

/** What a page asks for at once; charts and the editor come after it, when they are needed. */
const ROOTS = /\/(index|explore-page|web)-[^/]+\.js$/;

/** The scripts that these import, and those import in turn, but for what is imported when it is needed. */
function withImports(roots: string[], texts: ReadonlyMap<string, string>): Set<string> {
  const found = new Set<string>();
  const visit = (path: string): void => {
    const text = texts.get(path);
    if (found.has(path) || text === undefined) return;
    found.add(path);
    for (const [, name] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g))
      visit(path.replace(/[^/]+$/, name ?? ''));
  };
  roots.forEach(visit);
  return found;
}

test('what the first page weighs', async ({ visitor, stored }) => {
  const sizes = new Map<string, number>();
  const scripts = new Map<string, string>();
  const reading: Promise<void>[] = [];
  visitor.on('response', (response) => {
    const { pathname } = new URL(response.url());
    const kind = response.request().resourceType();
    if (!['document', 'script', 'stylesheet'].includes(kind) || pathname.startsWith('/api/')) return;
    reading.push(
      response.body().then((body) => {
        sizes.set(pathname, gzipSync(body).length);
        if (kind === 'script') scripts.set(pathname, body.toString());
      }),
    );
  });
  await visitor.goto(`${stored.address}/explore?from=${RANGE.from}&to=${RANGE.to}`);
  await visitor.getByRole('grid', { name: 'Log rows' }).locator('[role="row"][data-index]').first().waitFor();
  await visitor.waitForLoadState('networkidle');
  await Promise.all(reading);
  const atOnce = withImports(
    [...scripts.keys()].filter((path) => ROOTS.test(path)),
    scripts,
  );
  const weigh = (counts: (path: string) => boolean): number =>
    [...sizes].reduce((sum, [path, size]) => sum + (counts(path) ? size : 0), 0) / 1_000;
  const isLater = (path: string): boolean => scripts.has(path) && !atOnce.has(path);
  report({
    name: 'first page: HTML, styles and scripts for the rows, kB gzip',
    value: weigh((path) => !isLater(path)),
    limit: 350,
  });
  report({
    name: 'first page: scripts fetched after them (charts, editor, ...), kB gzip',
    value: weigh(isLater),
  });
});
