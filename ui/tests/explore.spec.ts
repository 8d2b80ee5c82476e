import type { Page } from '@playwright/test';
import { expect, expectAccessible, test } from './support/fixtures';

const MINUTE_MS = 60_000;

/** Ten minutes of three services, newest last: 60 rows of which 10 are errors. */
function records(end: number): object[] {
  return Array.from({ length: 60 }, (_, index) => {
    const isError = index % 6 === 5;
    return {
      timestamp: new Date(end - (60 - index) * 10_000).toISOString(),
      level: isError ? 'error' : 'info',
      // Errors are spread over the services.
      service: ['api', 'checkout', 'billing'][(index + Math.floor(index / 6)) % 3],
      message: isError ? `connection refused to db-${index % 4}` : `GET /orders/${index} 200`,
      'http.status': isError ? 502 : 200,
      region: index % 2 === 0 ? 'eu' : 'us',
    };
  });
}

const grid = (page: Page) => page.getByRole('grid', { name: 'Log rows' });
const row = (page: Page, number: number) => grid(page).locator(`[role="row"][aria-rowindex="${number + 1}"]`);
const count = (page: Page, text: RegExp) =>
  expect(page.getByRole('status').filter({ hasText: text })).toBeVisible();

test.beforeEach(async ({ app, server }) => {
  await server.ingest(records(Date.now() - MINUTE_MS));
  await expect(grid(app)).toContainText('GET /orders');
  await app.goto(`${server.address}/explore?from=now-15m&to=now`);
  await count(app, /^60\srows/);
});

test('searches by typing, marks what was found and filters by a facet', async ({ app }) => {
  await app.keyboard.press('/');
  await app.keyboard.type('refused');
  await app.keyboard.press('Enter');
  await count(app, /^10\srows/);
  await expect(row(app, 1).locator('mark')).toHaveText('refused');

  await app.getByRole('button', { name: /^service checkout,/ }).click();
  await expect(app).toHaveURL(/service(:|%3A)checkout/);
  await count(app, /^3\srows/);
  await app.getByRole('button', { name: 'Remove the filter service: checkout' }).click();
  await count(app, /^10\srows/);
  await app.getByRole('button', { name: /^service billing,/ }).click({ modifiers: ['Alt'] });
  await expect(app.getByRole('search')).toContainText('-service:billing');
  await count(app, /^6\srows/);
});

test('keeps what is typed while the editor is on its way', async ({ app }) => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await app.route(/assets\/editor-/, async (route) => {
    await held;
    await route.fallback();
  });
  await app.reload();
  const input = app.getByRole('search').locator('input');
  await input.click();
  await app.keyboard.type('refusd');
  await app.keyboard.press('ArrowLeft');
  release();
  await expect(app.locator('.cm-content')).toBeFocused();
  await app.keyboard.type('e');
  await app.keyboard.press('Enter');
  await count(app, /^10\srows/);
});

test('takes the key of the search bar in the moment in which its editor comes', async ({ app }) => {
  // Pressed as soon as the editor stands beside the plain input, before anything else can happen in the page.
  await app.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (document.querySelector('.cm-editor') === null) return;
      observer.disconnect();
      document.body.dispatchEvent(
        new KeyboardEvent('keydown', { key: '/', bubbles: true, cancelable: true }),
      );
    }).observe(document, { childList: true, subtree: true });
  });
  await app.reload();
  await expect(app.locator('.cm-content')).toBeFocused();
  await app.keyboard.type('refused');
  await app.keyboard.press('Enter');
  await count(app, /^10\srows/);
});

test('completes fields and values', async ({ app }) => {
  await app.keyboard.press('/');
  await app.keyboard.type('servi');
  await app
    .getByRole('option', { name: /service/ })
    .first()
    .click();
  await app.keyboard.type('che');
  await expect(app.getByRole('option', { name: /checkout/ })).toBeVisible();
  await app.keyboard.press('Tab');
  await app.keyboard.press('Enter');
  await count(app, /^20\srows/);
});

test('shows an error of the search at its place and keeps the rows', async ({ app }) => {
  await app.keyboard.press('/');
  await app.keyboard.type('(level:error');
  await app.keyboard.press('Enter');
  await expect(app.getByRole('search').getByRole('alert')).toContainText('never closed');
  await expect(app.locator('.query-problem')).toHaveText('(');
  await expect(row(app, 1)).toBeVisible();
});

test('zooms by the brush, and goes back and forward through ranges', async ({ app }) => {
  const chart = app.getByRole('slider', { name: /Rows over time/ });
  const box = await chart.boundingBox();
  if (box === null) throw new Error('the histogram has no size');
  await app.mouse.move(box.x + box.width * 0.3, box.y + 20);
  await app.mouse.down();
  await app.mouse.move(box.x + box.width * 0.6, box.y + 20, { steps: 4 });
  await app.mouse.up();
  await expect(app).toHaveURL(/from=\d{4}-/);
  const brushed = app.url();
  await app.keyboard.press('[');
  await expect(app).toHaveURL(/from=now-15m/);
  await app.keyboard.press(']');
  await expect(app).toHaveURL(brushed);
});

test('zooms by keyboard alone', async ({ app }) => {
  await app.getByRole('slider', { name: /Rows over time/ }).focus();
  await app.keyboard.press('ArrowLeft');
  await app.keyboard.press('Shift+ArrowLeft');
  await app.keyboard.press('Enter');
  await expect(app).toHaveURL(/from=\d{4}-/);
});

test('takes a range as typed text', async ({ app }) => {
  await app.keyboard.press('t');
  await app.getByLabel('Time range as text').fill('2h ago to now');
  await app.keyboard.press('Enter');
  await expect(app).toHaveURL(/from=now-2h/);
  await expect(app.getByRole('button', { name: 'Time range: Last 2 hours' })).toBeVisible();
});

test('opens a row by keyboard, goes on to the next and links to it', async ({ app, server }) => {
  await app.keyboard.press('j');
  await app.keyboard.press('Enter');
  const detail = app.getByRole('region', { name: 'Row', exact: true });
  await expect(detail).toContainText('http.status');
  await app.keyboard.press('j');
  await expect(row(app, 2)).toHaveAttribute('aria-selected', 'true');
  const shown = await detail.getByRole('region', { name: 'Message' }).textContent();
  const link = app.url();

  await app.goto(`${server.address}/settings`);
  await app.goto(link);
  await expect(detail.getByRole('region', { name: 'Message' })).toHaveText(shown ?? '');
  await app.keyboard.press('Escape');
  await expect(detail).toBeHidden();
});

test('filters and adds a column from the row', async ({ app }) => {
  await row(app, 1).click();
  const detail = app.getByRole('region', { name: 'Row', exact: true });
  await detail.getByRole('button', { name: 'Add region as a column' }).click();
  await expect(app.getByRole('columnheader', { name: 'region' })).toBeVisible();
  await detail.getByRole('button', { name: 'Leave out this region' }).click();
  await expect(app.getByRole('search')).toContainText('-region:');
  await count(app, /^30\srows/);
});

test('says why nothing is found and offers the way out', async ({ app, server }) => {
  await app.goto(`${server.address}/explore?from=2020-01-01T00:00:00Z&to=2020-01-01T01:00:00Z`);
  await app.getByRole('button', { name: 'Show all time' }).click();
  await count(app, /^60\srows/);

  await app.goto(`${server.address}/explore?q=nosuchword&from=now-15m&to=now`);
  await expect(app.getByRole('heading', { name: /^No row matches/ })).toBeVisible();
  await app.getByRole('button', { name: 'Clear the search' }).click();
  await count(app, /^60\srows/);
});

test('shows the SQL', async ({ app }) => {
  await app.keyboard.press('s');
  await expect(app.getByRole('dialog', { name: 'SQL of this search' })).toContainText('FROM otel_logs');
});

test('new rows wait until they are asked for', async ({ app, server }) => {
  await app.getByRole('button', { name: /^Look for newer rows/ }).click();
  await app.getByRole('menuitem', { name: '5 s' }).click();
  await server.ingest([{ level: 'warn', message: 'the newest of all', service: 'api' }]);
  await expect(app.getByText('the newest of all')).toBeHidden();
  await app.getByRole('button', { name: /1\snew row/ }).click();
  await expect(row(app, 1)).toContainText('the newest of all');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`is accessible in ${colorScheme}, wide and narrow, with a row open`, async ({ app }) => {
    await app.emulateMedia({ colorScheme });
    await row(app, 2).click();
    await expect(app.getByRole('region', { name: 'Row', exact: true })).toContainText('http.status');
    await expectAccessible(app);
    await app.setViewportSize({ width: 360, height: 740 });
    await expect(row(app, 2)).toBeInViewport();
    await expectAccessible(app);
  });
}
