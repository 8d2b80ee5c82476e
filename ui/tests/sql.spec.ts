import type { Page } from '@playwright/test';
import { expect, expectAccessible, test } from './support/fixtures';

const ROWS = 600;

/** Ten minutes of three services with a number and a nested attribute. */
function records(): object[] {
  const end = Date.now() - 60_000;
  return Array.from({ length: ROWS }, (_, index) => ({
    timestamp: new Date(end - index * 1_000).toISOString(),
    level: index % 10 === 0 ? 'error' : 'info',
    service: ['api', 'checkout', 'billing'][index % 3],
    message: `GET /orders/${index} ${index % 10 === 0 ? 502 : 200}`,
    duration_ms: index,
  }));
}

const editor = (page: Page) => page.getByRole('textbox', { name: 'Statement' });
const grid = (page: Page) => page.getByRole('grid', { name: 'Rows of the answer' });
const cell = (page: Page, row: number, column: number) =>
  grid(page).locator(`[data-cell-row="${row}"][data-cell-column="${column}"]`);

async function write(page: Page, sql: string): Promise<void> {
  await editor(page).click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(sql);
}

test.beforeEach(async ({ app, server }) => {
  await server.ingest(records());
  await expect(app.getByRole('grid', { name: 'Log rows' })).toContainText('GET /orders');
  await app.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'SQL' }).click();
  await expect(app.locator('.cm-content')).toBeFocused();
});

test('writes, estimates, runs, sorts, filters, copies and keeps a statement, by keyboard', async ({
  app,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  // Completion knows the tables and what their columns are.
  await app.keyboard.type('SELECT Servi');
  await expect(app.getByRole('option', { name: /^ServiceName/ })).toBeVisible();
  await app.keyboard.press('Tab');
  await expect(editor(app)).toContainText('ServiceName');

  await write(
    app,
    'SELECT ServiceName, count() AS rows, max(Timestamp) AS last FROM otel_logs ' +
      'WHERE Timestamp >= {from:DateTime64(9)} AND Timestamp < {to:DateTime64(9)} AND SeverityText = {level:String} ' +
      'GROUP BY ServiceName ORDER BY ServiceName',
  );
  await expect(app.getByRole('button', { name: /^Time range: / })).toBeVisible();
  await app.getByRole('textbox', { name: 'level' }).fill('error');
  await expect(app.getByText(/^Reads /).first()).toBeVisible();
  await editor(app).focus();
  await app.keyboard.press('Control+Enter');
  await expect(app.getByText(/^3\srows/)).toBeVisible();
  await expect(cell(app, 0, 0)).toHaveText('api');
  await expect(cell(app, 0, 1)).toHaveText('20');
  await expectAccessible(app);

  // Twice on the title: the largest first.
  await app.getByRole('button', { name: 'ServiceName', exact: true }).last().click();
  await app.getByRole('button', { name: 'ServiceName', exact: true }).last().click();
  await expect(cell(app, 0, 0)).toHaveText('checkout');
  await app.getByRole('button', { name: 'Filter and width of ServiceName' }).focus();
  await app.keyboard.press('Enter');
  await app.getByRole('textbox', { name: 'Only rows where ServiceName' }).fill('i');
  await app.keyboard.press('Enter');
  await expect(app.getByText('2 of 3 fit')).toBeVisible();
  await cell(app, 0, 0).click();
  await app.keyboard.press('Shift+ArrowRight');
  await app.keyboard.press('Shift+ArrowDown');
  await app.keyboard.press('Control+c');
  await expect(app.getByText(/^Copied 4\scells/)).toBeVisible();
  expect(await app.evaluate(() => navigator.clipboard.readText())).toBe('billing\t20\napi\t20');
  await app.keyboard.press('Enter');
  await expect(app.getByRole('region', { name: 'Row' })).toContainText('ServiceName');
  await expect(grid(app)).toBeFocused();

  // Tabs and history outlive the page.
  await app.getByRole('tab', { name: 'Query 1' }).focus();
  await app.keyboard.press('F2');
  await app.keyboard.type('Errors');
  await app.keyboard.press('Enter');
  await app.reload();
  await expect(app.getByRole('tab', { name: 'Errors' })).toBeVisible();
  await expect(editor(app)).toContainText('{level:String}');
  await app.getByText('History', { exact: true }).click();
  await app.getByRole('textbox', { name: 'Search the history' }).fill('max otel_logs');
  await expect(app.getByRole('list', { name: 'History' })).toContainText('max(Timestamp)');
  await app.getByRole('tab', { name: 'Errors' }).press('Delete');
  await expect(app.getByRole('tab', { name: 'Errors' })).toHaveCount(0);
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect(app.getByRole('tab', { name: 'Errors' })).toBeVisible();
});

test('says what is wrong where it is, what would be better, and how it would run', async ({ app }) => {
  await write(app, 'SELECT Bdy FROM otel_logs');
  await app.keyboard.press('Control+Enter');
  await expect(app.getByRole('alert').filter({ hasText: 'Did you mean Body?' })).toBeVisible();
  await expect(app.locator('.cm-lintRange-error')).toHaveText('Bdy');

  await write(app, "SELECT * FROM otel_logs WHERE Body LIKE '%orders/1%' -- why\nLIMIT 5; SELECT 2");
  await app.getByRole('tab', { name: 'Query 1' }).focus();
  await editor(app).click({ position: { x: 60, y: 18 } });
  await expect(app.getByRole('note').filter({ hasText: 'reads every column' })).toBeVisible();
  await expect(app.locator('.cm-lintRange-warning').first()).toBeVisible();
  await app.getByRole('button', { name: 'Plan' }).click();
  await expect(app.getByRole('region', { name: 'Plan of the statement' })).toContainText('ReadFromMergeTree');
  await expect(app.getByRole('list', { name: /^Indexes of / })).toContainText('primary key');
  await expectAccessible(app);
  // The statement at the cursor runs, of the two.
  await editor(app).focus();
  await app.keyboard.press('Control+Enter');
  await expect(app.getByText(/^5\srows/)).toBeVisible();
});

test('reads many rows page by page, and stops when told to', async ({ app }) => {
  await write(app, 'SELECT number, toString(number) AS text FROM numbers(120000) ORDER BY number');
  await app.keyboard.press('Control+Enter');
  await expect(app.getByText(/^First 50\s000\srows/)).toBeVisible();
  await grid(app).focus();
  await app.keyboard.press('Control+End');
  await expect(app.getByText(/^First 100\s000\srows/)).toBeVisible();
  await app.keyboard.press('Control+End');
  await expect(app.getByText(/^120\s000\srows/)).toBeVisible();
  await app.keyboard.press('Control+End');
  await expect(cell(app, 119_999, 1)).toHaveText('119999');

  await write(app, 'SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1');
  await app.keyboard.press('Control+Enter');
  await app.getByRole('button', { name: 'Cancel' }).click();
  await expect(app.getByRole('button', { name: 'Run', exact: true })).toBeVisible();
  await expect(app.getByText('cancelled').first()).toBeVisible();
});

test('opens the SQL of a search with its values, and draws an answer', async ({ app, server }) => {
  await app.goto(`${server.address}/explore?q=level:error&from=now-1h&to=now`);
  await expect(app.getByText(/^60\srows/)).toBeVisible();
  await app.getByRole('button', { name: /SQL/ }).first().click();
  await app.getByRole('dialog').getByRole('link', { name: 'Open in SQL' }).click();
  await expect(app.getByRole('tab', { name: 'From Explore' })).toBeVisible();
  await editor(app).focus();
  await app.keyboard.press('Control+Enter');
  await expect(app.getByText(/^60\srows/)).toBeVisible();

  await app.getByRole('button', { name: 'New statement' }).click();
  await write(
    app,
    'SELECT toStartOfMinute(Timestamp) AS minute, count() AS rows FROM otel_logs GROUP BY minute ORDER BY minute',
  );
  await app.keyboard.press('Control+Enter');
  await expect(grid(app)).toContainText('60');
  await app.getByText('Chart', { exact: true }).click();
  await expect(
    app
      .getByRole('img', { name: /Chart of the answer/ })
      .or(app.locator('canvas'))
      .first(),
  ).toBeVisible();
  for (const colorScheme of ['light', 'dark'] as const) {
    await app.emulateMedia({ colorScheme });
    await expectAccessible(app);
  }
  await app.setViewportSize({ width: 360, height: 740 });
  await expect(app.getByRole('button', { name: 'Run', exact: true })).toBeInViewport();
  await app.getByRole('button', { name: 'Show the tables' }).click();
  await expect(app.getByRole('dialog').getByRole('button', { name: 'otel_logs', exact: true })).toBeVisible();
});

test('puts an answer on a dashboard, as it is shown and with its values', async ({ app }) => {
  const dialog = app.getByRole('dialog', { name: 'Add to a dashboard' });
  const widget = (name: string) => app.getByRole('region', { name, exact: true });
  await write(
    app,
    'SELECT ServiceName, count() AS rows FROM otel_logs WHERE SeverityText = {level:String} ' +
      "AND ServiceName IN {services:Array(String)} AND SeverityNumber < {most:UInt8} AND ServiceName != '{level:String}' " +
      'GROUP BY ServiceName ORDER BY ServiceName',
  );
  await app.getByRole('textbox', { name: 'level' }).fill('error');
  await app.getByRole('textbox', { name: 'services' }).fill('["api", "billing"]');
  await app.getByRole('textbox', { name: 'most' }).fill('99');
  await editor(app).focus();
  await app.keyboard.press('Control+Enter');
  await expect(app.getByText(/^2\srows/)).toBeVisible();

  await test.step('the table, on a new dashboard', async () => {
    await app.getByRole('button', { name: 'Add this statement to a dashboard' }).click();
    await expect(dialog.getByRole('combobox', { name: 'Show as' })).toHaveValue('Table');
    await expect(dialog).toContainText('level, services, most become variables');
    await dialog.getByRole('textbox', { name: 'Title' }).fill('Errors');
    await expectAccessible(app);
    await app.keyboard.press('Enter');
    await expect(app.getByText('Added to “Errors”.')).toBeVisible();
    await expect(grid(app)).toBeVisible();
    await app.getByRole('button', { name: 'Open the dashboard' }).click();
    await expect(widget('Errors').getByRole('row', { name: /billing/ })).toContainText('20');
    await expect(widget('Errors').getByRole('row', { name: /checkout/ })).toHaveCount(0);
    const variables = app.getByRole('group', { name: 'Variables' });
    await expect(variables.getByRole('textbox', { name: 'level' })).toHaveValue('error');
    await variables.getByRole('textbox', { name: 'level' }).fill('info');
    await app.keyboard.press('Enter');
    await expect(widget('Errors').getByRole('row', { name: /billing/ })).toContainText('180');
  });

  await test.step('its chart, beside it', async () => {
    await app.goBack();
    await expect(app).toHaveURL(/\/dashboards\/[^?]+$/);
    await app.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'SQL' }).click();
    await app.getByRole('textbox', { name: 'level' }).fill('info');
    await editor(app).focus();
    await app.keyboard.press('Control+Enter');
    await expect(grid(app)).toContainText('180');
    await app.getByText('Chart', { exact: true }).click();
    await app.getByRole('combobox', { name: 'Kind of chart' }).click();
    await app.getByRole('option', { name: 'Pie' }).click();
    await app.getByRole('button', { name: 'Add this statement to a dashboard' }).click();
    await expect(dialog.getByRole('combobox', { name: 'Dashboard' })).toHaveValue('Errors');
    await expect(dialog.getByRole('combobox', { name: 'Show as' })).toHaveValue('Pie');
    await dialog.getByRole('textbox', { name: 'Title' }).fill('Others');
    await app.keyboard.press('Enter');
    await app.getByRole('button', { name: 'Open the dashboard' }).click();
    // Another value of the same name is a variable of its own.
    await expect(app.getByRole('textbox', { name: 'level', exact: true })).toHaveValue('error');
    await expect(app.getByRole('textbox', { name: 'level_2' })).toHaveValue('info');
    await expect(app.getByRole('textbox', { name: 'most' })).toHaveCount(1);
    await expect(widget('Others').locator('canvas')).toBeVisible();
    await expect(widget('Others')).toContainText('billing');
    await expect(app.getByRole('row', { name: 'billing 20' })).toBeVisible();
  });
});
