import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expect, expectAccessible, test } from './support/fixtures';

function records(): object[] {
  const end = Date.now() - 60_000;
  return Array.from({ length: 60 }, (_, index) => ({
    timestamp: new Date(end - index * 1_000).toISOString(),
    level: index % 6 === 0 ? 'error' : 'info',
    message: `order ${index}`,
  }));
}

const dialog = (page: Page) => page.getByRole('dialog');
const row = (page: Page, name: string) =>
  page
    .getByRole('list', { name: 'Scheduled exports' })
    .getByRole('listitem')
    .filter({ hasText: name })
    .first();
const runsOf = (page: Page, name: string) => page.getByRole('list', { name: `Runs of ${name}` });
const menu = async (page: Page, name: string, item: string) => {
  await page.getByRole('button', { name: `More of ${name}` }).click();
  await page.getByRole('menuitem', { name: item }).click();
};

async function choose(page: Page, label: string, option: string): Promise<void> {
  await dialog(page).getByRole('combobox', { name: label, exact: true }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

test.beforeEach(async ({ app, server }) => {
  await server.ingest(records());
  await expect(app.getByRole('grid', { name: 'Log rows' })).toContainText('order');
});

test('an export is scheduled, runs, and gives its file', async ({ app, server }) => {
  await app.goto(`${server.address}/exports`);
  await app.getByRole('button', { name: 'New scheduled export' }).click();
  await expect(dialog(app).getByText('It needs a name.')).toBeVisible();
  await dialog(app).getByRole('textbox', { name: 'Name' }).fill('Errors of the shop');
  await dialog(app)
    .getByRole('textbox', { name: /search/i })
    .click();
  await app.keyboard.type('level:error');
  await choose(app, 'Records of', 'All time');
  await choose(app, 'File', 'CSV');
  await choose(app, 'Runs', 'Every week');
  await choose(app, 'On', 'Tuesday');
  await dialog(app).getByLabel('At').fill('06:30');
  await dialog(app).getByRole('textbox', { name: 'Columns' }).fill('message, level');
  // Three Tuesdays, at half past six of the zone that is chosen.
  const next = dialog(app).getByText(/^20\d\d-\d\d-\d\d 06:30:00$/);
  await expect(next).toHaveCount(3);
  for (const text of await next.allTextContents()) {
    expect(new Date(`${text.slice(0, 10)}T00:00:00Z`).getUTCDay()).toBe(2);
  }
  await expectAccessible(app);
  await app.keyboard.press('Control+Enter');
  await expect(dialog(app)).toBeHidden();
  await expect(row(app, 'Errors of the shop')).toContainText('Tuesdays at 06:30');
  await expect(row(app, 'Errors of the shop')).toContainText('has not run yet');

  await app.getByRole('button', { name: 'Run Errors of the shop now' }).click();
  await expect(row(app, 'Errors of the shop')).toContainText(/\d+\sB/);
  await app.getByRole('button', { name: 'Errors of the shop', exact: true }).click();
  await expect(app).toHaveURL(/job=/);
  await expect(runsOf(app, 'Errors of the shop').getByRole('listitem')).toHaveCount(1);
  const waiting = app.waitForEvent('download');
  await app.getByRole('button', { name: /^Download the file of/ }).click();
  const download = await waiting;
  expect(download.suggestedFilename()).toMatch(/^Errors of the shop 20\d\d-\d\d-\d\d \d{4}\.csv$/);
  const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n');
  expect(lines[0]).toBe('message,level');
  expect(lines).toHaveLength(11);
  await expectAccessible(app);

  await app.getByRole('button', { name: /^Delete the run of/ }).click();
  await app.getByRole('menuitem', { name: 'Delete the file' }).click();
  await expect(app.getByText('It has not run yet.')).toBeVisible();
});

test('what is wrong is said in the form, what fails in the list and the status bar', async ({
  app,
  server,
}) => {
  const job = await server.call('POST', '/api/v1/export-jobs', {
    name: 'Breaks',
    schedule: '0 7 * * *',
    sql: 'SELECT number, throwIf(number = 900000) FROM numbers(1000000)',
    format: 'csv',
  });
  expect(job).toHaveProperty('id');
  await app.goto(`${server.address}/exports`);
  await app.getByRole('button', { name: 'Run Breaks now' }).click();
  await expect(row(app, 'Breaks')).toContainText('failed');
  await expect(row(app, 'Breaks')).toContainText('throwIf');
  const alarm = app.getByRole('link', { name: 'A scheduled export failed' });
  await expect(alarm).toBeVisible();
  await expect(alarm).toHaveAttribute('href', /\/exports/);

  await menu(app, 'Breaks', 'Edit…');
  await choose(app, 'Runs', 'Cron expression');
  await dialog(app)
    .getByRole('textbox', { name: /^Minute, hour/ })
    .fill('0 7 * *');
  await expect(dialog(app).getByText(/it has 4 fields in place of five/)).toBeVisible();
  await dialog(app)
    .getByRole('textbox', { name: /^Minute, hour/ })
    .fill('0 7 * * 1-5');
  await dialog(app).getByRole('textbox', { name: 'Statement' }).click();
  await app.keyboard.press('Control+a');
  await app.keyboard.insertText('SELECT 1 AS one FROM nothing');
  await dialog(app).getByRole('button', { name: 'Save' }).click();
  await expect(dialog(app).getByRole('alert')).toContainText('nothing');
  // Nothing is lost by a slip of the hand.
  await app.keyboard.press('Escape');
  await expect(dialog(app).getByText('What you changed is not saved.')).toBeVisible();
  await dialog(app).getByRole('textbox', { name: 'Statement' }).click();
  await app.keyboard.press('Control+a');
  await app.keyboard.insertText('SELECT 1 AS one');
  await dialog(app).getByRole('button', { name: 'Save' }).click();
  await expect(dialog(app)).toBeHidden();
  await expect(row(app, 'Breaks')).toContainText('Monday to Friday at 07:00');
  await app.getByRole('button', { name: 'Run Breaks now' }).click();
  await expect(row(app, 'Breaks')).toContainText(/\d+\sB/);
  await expect(alarm).toBeHidden();

  await app.getByRole('switch', { name: 'Breaks runs by itself' }).setChecked(false, { force: true });
  await expect(row(app, 'Breaks')).toContainText('off');
  await menu(app, 'Breaks', 'Duplicate…');
  await expect(dialog(app).getByRole('textbox', { name: 'Name' })).toHaveValue('Copy of Breaks');
  await dialog(app).getByRole('button', { name: 'Save' }).click();
  await expect(row(app, 'Copy of Breaks')).toBeVisible();
  await menu(app, 'Copy of Breaks', 'Delete');
  await expect(row(app, 'Copy of Breaks')).toBeHidden();
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect(row(app, 'Copy of Breaks')).toBeVisible();
});

test('what Explore shows is scheduled from its Export menu', async ({ app, server }) => {
  await app.goto(`${server.address}/explore?from=now-2h&to=now&q=level:error&cols=time,message`);
  await expect(app.getByRole('status').filter({ hasText: /^10\srows/ })).toBeVisible();
  await app.getByRole('button', { name: 'Export to another format' }).click();
  await app.getByRole('menuitem', { name: 'Schedule…' }).click();
  await expect(dialog(app)).toContainText('level:error');
  await expect(dialog(app).getByLabel('From')).toHaveValue('now-2h');
  await expect(dialog(app).getByRole('textbox', { name: 'Columns' })).toHaveValue('time, message');
  // The address holds it.
  await app.reload();
  await expect(dialog(app).getByLabel('From')).toHaveValue('now-2h');
  await dialog(app).getByRole('textbox', { name: 'Name' }).fill('Two hours');
  await dialog(app).getByRole('button', { name: 'Save' }).click();
  await expect(row(app, 'Two hours')).toContainText('Every day at 07:00');
  await app.reload();
  await expect(row(app, 'Two hours')).toBeVisible();
  await expect(dialog(app)).toBeHidden();
});
