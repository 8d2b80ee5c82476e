import { fileURLToPath } from 'node:url';
import { expect, test } from './support/fixtures';

const FOLDER = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const SERVICES = ['checkout', 'api', 'payments', 'search', 'mailer'];
const MESSAGES: [level: string, message: (n: number) => string][] = [
  ['info', (n) => `GET /orders/${n % 9973} 200 ${(n % 90) + 3} ms`],
  ['info', (n) => `order ${n % 4409} placed, ${(n % 4) + 1} items`],
  ['debug', (n) => `cache hit for customer ${n % 811}`],
  ['info', (n) => `POST /payments 201 ${(n % 140) + 20} ms`],
  ['warn', (n) => `slow query: ${(n % 1900) + 800} ms on orders`],
  ['error', (n) => `connection refused by db-${n % 4}:5432, attempt ${(n % 3) + 1}`],
];
const WEIGHTS = [0, 0, 0, 1, 1, 2, 3, 0, 1, 3, 0, 2, 4, 0, 1, 3, 0, 5];

/** The same hour each time: more traffic in the middle, errors in one burst. */
function events(now: number): object[] {
  return Array.from({ length: 6_000 }, (_, n) => {
    const at = now - 14 * 60_000 + (n / 6_000) * 14 * 60_000;
    const burst = n > 3_900 && n < 4_150 && n % 2 === 0;
    const [level, message] = MESSAGES[burst ? 5 : (WEIGHTS[(n * 7) % WEIGHTS.length] ?? 0)] ?? [
      'info',
      String,
    ];
    return {
      time: new Date(at).toISOString(),
      level,
      message: message(n),
      service: SERVICES[(n * 13) % SERVICES.length],
      host: `node-${n % 6}`,
      'http.status_code': level === 'error' ? 502 : 200,
      duration_ms: (n * 37) % 900,
      region: n % 3 === 0 ? 'eu-west-1' : 'us-east-1',
    };
  });
}

/** Log files to import in place of the records made here, separated by `:`, and the search to show of them. */
const FILES = process.env.CLICK_LITE_SCREENSHOT_FILES?.split(':');
const SEARCH = process.env.CLICK_LITE_SCREENSHOT_SEARCH ?? 'from=now-15m&to=now';

test('Explore with a row open, light and dark', async ({ app, server }) => {
  test.setTimeout(300_000);
  if (FILES === undefined) await server.ingest(events(Date.now()));
  else await server.import(FILES);
  for (const colorScheme of ['light', 'dark'] as const) {
    await app.emulateMedia({ colorScheme });
    await app.goto(`${server.address}/explore?${SEARCH}`);
    await app.getByRole('grid', { name: 'Log rows' }).locator('[role="row"][aria-rowindex="7"]').click();
    await expect(app.getByRole('button', { name: 'Copy a link to this row' })).toBeVisible();
    await expect(app.getByRole('button', { name: 'Run' })).toBeVisible();
    await app.mouse.move(0, 0);
    await app.waitForLoadState('networkidle');
    await app.screenshot({ path: `${FOLDER}explore-${colorScheme}.png` });
  }
});

test('A search with pipes, and a dashboard', async ({ app, server }) => {
  test.setTimeout(300_000);
  await server.ingest(events(Date.now()));
  const query = encodeURIComponent('level:>=warn | timechart 30s count() by service');
  await app.emulateMedia({ colorScheme: 'dark' });
  await app.goto(`${server.address}/explore?from=now-15m&to=now&q=${query}`);
  await expect(app.locator('canvas').first()).toBeVisible();
  await app.waitForLoadState('networkidle');
  await app.screenshot({ path: `${FOLDER}pipes-dark.png` });

  await app.emulateMedia({ colorScheme: 'light' });
  await app.goto(`${server.address}/dashboards`);
  await app.getByRole('button', { name: 'New dashboard' }).first().click();
  await app.getByRole('button', { name: /^Application errors/ }).click();
  await expect(app.locator('canvas').first()).toBeVisible();
  await app.waitForLoadState('networkidle');
  await app.screenshot({ path: `${FOLDER}dashboard-light.png` });
});
