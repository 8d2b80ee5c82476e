import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expect, expectAccessible, test } from './support/fixtures';

/** Five minutes of two services, 300 rows of which 50 are errors. */
function records(): object[] {
  const end = Date.now() - 60_000;
  return Array.from({ length: 300 }, (_, index) => ({
    timestamp: new Date(end - index * 1_000).toISOString(),
    level: index % 6 === 0 ? 'error' : 'info',
    service: ['api', 'checkout'][index % 2],
    message: `GET /orders/${index}, "whole" 200`,
    'http.status': 200,
  }));
}

const excel = (page: Page) => page.getByRole('button', { name: 'Export to Excel' });
const formats = (page: Page) => page.getByRole('button', { name: 'Export to another format' });
const notice = (page: Page, text: string | RegExp) => page.getByRole('alert').filter({ hasText: text });

/** What a click saves. */
async function saved(page: Page, click: () => Promise<void>): Promise<{ name: string; content: Buffer }> {
  const waiting = page.waitForEvent('download');
  await click();
  const download = await waiting;
  return { name: download.suggestedFilename(), content: await readFile(await download.path()) };
}

async function chosen(page: Page, name: RegExp): Promise<{ name: string; content: Buffer }> {
  await formats(page).click();
  return saved(page, () => page.getByRole('menuitem', { name }).click());
}

/** As RFC 4180 ends them. */
const linesOf = (content: Buffer) => content.toString().trim().split('\r\n');

function expectWorkbook(content: Buffer): void {
  expect(content.subarray(0, 2).toString()).toBe('PK');
  expect(content.byteLength).toBeGreaterThan(4_000);
}

async function openPage(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();
}

async function runStatement(page: Page, sql: string): Promise<void> {
  await openPage(page, 'SQL');
  await page.getByRole('textbox', { name: 'Statement' }).click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(sql);
  await page.keyboard.press('Control+Enter');
}

test.beforeEach(async ({ app, server }) => {
  await server.ingest(records());
  await expect(app.getByRole('grid', { name: 'Log rows' })).toContainText('GET /orders');
  await app.goto(`${server.address}/explore?from=now-15m&to=now`);
  await expect(app.getByRole('status').filter({ hasText: /^300\srows/ })).toBeVisible();
});

test('exports the rows of Explore with the columns that are shown', async ({ app, server }) => {
  await app.goto(`${server.address}/explore?from=now-15m&to=now&q=level:error&cols=time,message,http.status`);
  await expect(app.getByRole('status').filter({ hasText: /^50\srows/ })).toBeVisible();
  const { name, content } = await chosen(app, /^CSV/);
  expect(name).toMatch(/^click-lite-\d{4}-\d\d-\d\d-\d{4}\.csv$/);
  const lines = linesOf(content);
  expect(lines[0]).toBe('time,message,http.status');
  expect(lines).toHaveLength(51);
  expect(lines[1]).toMatch(/^20.*,"GET \/orders\/0, ""whole"" 200",200$/);
  await expect(notice(app, /^Saved click-lite-.*\.csv \(/)).toBeVisible();

  const workbook = await saved(app, () => excel(app).click());
  expect(workbook.name).toMatch(/\.xlsx$/);
  expectWorkbook(workbook.content);
  expect((await chosen(app, /^Parquet/)).content.subarray(0, 4).toString()).toBe('PAR1');
  const json = (await chosen(app, /^JSON lines/)).content.toString().trim().split('\n');
  expect(JSON.parse(json[0] ?? '')).toHaveProperty(['http.status']);
});

test('exports what pipes made of the rows, from the palette too', async ({ app, server }) => {
  const query = encodeURIComponent('* | stats count() as rows by service | sort service');
  await app.goto(`${server.address}/explore?from=now-15m&to=now&q=${query}`);
  await expect(app.getByText('2 columns')).toBeVisible();
  expect(linesOf((await chosen(app, /^CSV/)).content)).toEqual(['service,rows', 'api,150', 'checkout,150']);
  // One at a time: the palette has no command for a second one.
  await expect(excel(app)).not.toHaveAttribute('aria-disabled');
  await app.keyboard.press('Control+k');
  await app.getByPlaceholder(/^Run a command/).fill('export to excel');
  await expect(app.getByText('Export to Excel', { exact: true })).toBeVisible();
  expectWorkbook((await saved(app, () => app.keyboard.press('Enter'))).content);
});

test('has the times of the rows that are shown, however old they are', async ({ app, server }) => {
  const later = {
    timestamp: new Date().toISOString(),
    level: 'fatal',
    service: 'late',
    message: 'came later',
  };
  await server.ingest([later]);
  const body = app.waitForRequest(/\/api\/v1\/exports$/);
  const { content } = await chosen(app, /^CSV/);
  expect(content.toString()).not.toContain('came later');
  const sent = (await body).postDataJSON() as { from: string; to: string };
  expect(Date.parse(sent.to) - Date.parse(sent.from)).toBe(900_000);
});

test('exports the answer of a statement whole, and the rows shown apart from it', async ({ app }) => {
  await openPage(app, 'SQL');
  await excel(app).hover();
  await expect(app.getByRole('tooltip', { name: 'Nothing has run yet' })).toBeVisible();
  await expect(excel(app)).toHaveAttribute('aria-disabled', 'true');
  await runStatement(app, 'SELECT number AS n FROM numbers(60000)');
  await expect(app.getByText(/^First 50\s000\srows/)).toBeVisible();
  const { content } = await chosen(app, /^CSV.*\.csv$/);
  expect(linesOf(content)).toHaveLength(60_001);
  expectWorkbook((await saved(app, () => excel(app).click())).content);
  await formats(app).click();
  await expectAccessible(app);
  const shown = await saved(app, () => app.getByRole('menuitem', { name: 'CSV', exact: true }).click());
  expect(shown.content.toString().trim().split(/\r?\n/)).toHaveLength(50_001);
});

test('exports the result of the builder', async ({ app, server }) => {
  const query = encodeURIComponent('level:error | stats count() as rows by service');
  await app.goto(`${server.address}/builder?from=now-15m&to=now&q=${query}`);
  await expect(app.getByRole('radio', { name: 'Chart' })).toBeChecked();
  expectWorkbook((await saved(app, () => excel(app).click())).content);
  await app.getByText('Table', { exact: true }).click();
  expect(linesOf((await chosen(app, /^CSV.*\.csv$/)).content)).toEqual(['service,rows', 'api,50']);
  // Conditions that nothing fits leave the button where it was, with the reason.
  await app.goto(`${server.address}/builder?from=now-15m&to=now&q=level:trace`);
  await expect(app.getByText('Nothing fits')).toBeVisible();
  await excel(app).focus();
  await expect(app.getByRole('tooltip', { name: 'There are no rows to export' })).toBeVisible();
});

test('is cancelled, here and on the server', async ({ app }) => {
  // Its first rows come at once; all of them would take minutes.
  await runStatement(app, 'SELECT number FROM numbers(1000000000)');
  await expect(app.getByText(/^First 50\s000\srows/)).toBeVisible();
  await excel(app).click();
  await expect(notice(app, 'Exporting…')).toBeVisible();
  await expect(excel(app)).toHaveAttribute('aria-disabled', 'true');
  await expectAccessible(app);
  const cancelled = app.waitForRequest((request) => request.method() === 'DELETE');
  await notice(app, 'Exporting…').getByRole('button', { name: 'Cancel' }).click();
  expect((await cancelled).url()).toContain('/api/v1/queries/');
  await expect(notice(app, 'Exporting…')).toBeHidden();
  await expect(excel(app)).not.toHaveAttribute('aria-disabled');
});

test('says why nothing was saved', async ({ app, server }) => {
  await server.stop();
  await excel(app).click();
  await expect(notice(app, 'The export failed')).toContainText('The server does not answer');
});

test('asks before a costly one', async ({ app }) => {
  const asked: unknown[] = [];
  await app.route(/\/api\/v1\/exports$/, async (route) => {
    const { budget } = route.request().postDataJSON() as { budget: { confirmed: boolean } };
    asked.push(budget.confirmed);
    if (budget.confirmed) return route.fallback();
    const estimate = {
      rows: 3_000_000_000,
      bytes: 1e12,
      seconds: 90,
      is_upper_bound: false,
      verdict: 'ask',
    };
    const error = { code: 'query.over_budget', message: 'too much', details: { estimate } };
    return route.fulfill({ status: 422, contentType: 'application/json', body: JSON.stringify({ error }) });
  });
  await excel(app).click();
  const question = notice(app, 'That is more than runs without asking');
  await expect(question).toContainText('Reads 3 G rows');
  await expectAccessible(app);
  const agree = () => question.getByRole('button', { name: 'Export anyway' }).click();
  expectWorkbook((await saved(app, agree)).content);
  expect(asked).toEqual([false, true]);
});

const PLACES = [
  { name: 'Explore', path: '/explore?from=now-15m&to=now' },
  {
    name: 'pipes',
    path: `/explore?from=now-15m&to=now&q=${encodeURIComponent('* | stats count() by service')}`,
  },
  {
    name: 'Builder',
    path: `/builder?from=now-15m&to=now&q=${encodeURIComponent('* | stats count() by service')}`,
  },
  { name: 'SQL', path: '/sql' },
];

for (const width of [360, 768, 1280]) {
  test(`has its place at ${width} px`, async ({ app, server }) => {
    await app.setViewportSize({ width, height: 800 });
    await app.emulateMedia({ colorScheme: width === 768 ? 'dark' : 'light' });
    for (const { name, path } of PLACES) {
      await app.goto(server.address + path);
      if (name === 'SQL') await runStatement(app, 'SELECT 1 AS one');
      await expect(excel(app), name).not.toHaveAttribute('aria-disabled');
      // In one line with what stands beside it, and inside the window.
      const [main, caret] = [await excel(app).boundingBox(), await formats(app).boundingBox()];
      expect(caret?.y, name).toBe(main?.y);
      expect((caret?.x ?? 0) + (caret?.width ?? 0), name).toBeLessThanOrEqual(width);
      await formats(app).click();
      await expect(app.getByRole('menuitem', { name: /^Excel/ })).toBeInViewport({ ratio: 1 });
      await expectAccessible(app);
      await app.keyboard.press('Escape');
    }
    expectWorkbook((await saved(app, () => excel(app).click())).content);
    await expect(notice(app, /^Saved /)).toBeInViewport({ ratio: 1 });
  });
}
