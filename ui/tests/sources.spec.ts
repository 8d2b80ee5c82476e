import type { Page } from '@playwright/test';
import { expect, expectAccessible, test as base } from './support/fixtures';
import { ForeignClickHouse } from './support/foreign-clickhouse';
import { connectOrders } from './support/orders';

/** Two servers are started for each. */
const TEST_MS = 120_000;

const test = base.extend<{ other: ForeignClickHouse }>({
  other: async ({ server, app }, provide) => {
    const other = new ForeignClickHouse();
    try {
      await connectOrders(server, other);
      // What the page knew of sources it knew before.
      await app.reload();
      await provide(other);
    } finally {
      await other.stop();
    }
  },
});

test.describe.configure({ timeout: TEST_MS });

const pageLink = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name });

async function write(page: Page, sql: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Statement' }).click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(sql);
}

/** For the eye; nothing is compared. */
async function look(page: Page, name: string): Promise<void> {
  const folder = process.env.CLICK_LITE_LOOK;
  if (folder === undefined) return;
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `${folder}/${name}-${colorScheme}.png` });
  }
}

test('a statement runs on the server that its tab says, with the tables of that server', async ({
  app,
  other,
}) => {
  await pageLink(app, 'SQL').click();
  const tables = app.getByRole('region', { name: /^Database / });
  await expect(tables.getByRole('button', { name: 'otel_logs', exact: true })).toBeVisible();
  await app.getByRole('button', { name: 'Runs on: Logs' }).click();
  await look(app, 'sql-menu');
  await app.getByRole('menuitem', { name: /^shop/ }).click();
  await expect(tables.getByRole('button', { name: 'shop', exact: true })).toBeVisible();
  await expect(tables.getByRole('button', { name: 'otel_logs', exact: true })).toHaveCount(0);
  await expect(app.getByRole('tab', { name: /^Query 1/ })).toContainText('shop');

  // Completion knows the table, and so does the plan.
  await write(app, 'SELECT app FROM shop');
  await app.keyboard.type(' WHERE stat');
  await expect(app.getByRole('option', { name: /^status\b.*column/ })).toBeVisible();
  await app.keyboard.press('Escape');
  await write(app, 'SELECT lvl, count() AS rows FROM shop GROUP BY lvl ORDER BY rows');
  await app.getByRole('button', { name: 'Plan' }).click();
  await expect(app.getByRole('region', { name: 'Plan of the statement' })).toContainText('ReadFromMergeTree');
  await app.getByRole('button', { name: 'Run', exact: true }).click();
  const grid = app.getByRole('grid', { name: 'Rows of the answer' });
  await expect(grid).toContainText('error');
  await expect(grid).toContainText('30');
  await expectAccessible(app);
  await look(app, 'sql-answer');

  // The history and the tab say where it ran, also after a reload.
  await app.reload();
  await expect(app.getByRole('button', { name: 'Runs on: shop' })).toBeVisible();
  await app.getByText('History', { exact: true }).click();
  await expect(app.getByRole('list', { name: 'History' })).toContainText('on shop');
  await look(app, 'sql-history');

  // Back here, the same table is not there.
  await app.getByRole('button', { name: 'Runs on: shop' }).click();
  await app.getByRole('menuitem', { name: /^Logs/ }).click();
  await expect(app.getByRole('alert')).toContainText('shop');
  await expect(tables.getByRole('button', { name: 'otel_logs', exact: true })).toBeVisible();

  // A server that does not answer says so, and the editor goes on.
  await other.stop();
  await app.getByRole('button', { name: 'Runs on: Logs' }).click();
  await app.getByRole('menuitem', { name: /^shop/ }).click();
  await app.reload();
  await expect(app.getByRole('alert').filter({ hasText: 'The tables of shop' })).toBeVisible();
  await write(app, 'SELECT 1');
  await expect(app.getByRole('textbox', { name: 'Statement' })).toContainText('SELECT 1');
  await expectAccessible(app);
  await look(app, 'sql-away');
});

test('the SQL of a search goes to the server of its source', async ({ app, other, server }) => {
  expect(other.address).not.toBe('');
  await app.goto(`${server.address}/explore?src=orders&q=level:error&from=now-1h&to=now`);
  await expect(app.getByText(/^10\srows/)).toBeVisible();
  await look(app, 'explore');
  await app.getByRole('button', { name: /SQL/ }).first().click();
  await app.getByRole('dialog').getByRole('link', { name: 'Open in SQL' }).click();
  await expect(app.getByRole('button', { name: 'Runs on: shop' })).toBeVisible();
  await app.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(app.getByText(/^10\srows/)).toBeVisible();
});

test('a statement whose source is gone says so', async ({ app, other, server }) => {
  expect(other.address).not.toBe('');
  await app.goto(`${server.address}/sql?sql=SELECT%201&title=Orders&src=gone`);
  const problem = app.getByRole('alert').filter({ hasText: 'There is no source' }).last();
  await expect(problem).toBeVisible();
  await look(app, 'sql-gone');
  await problem.getByRole('button', { name: 'Choose another source' }).click();
  await app.getByRole('menuitem', { name: 'orders' }).click();
  await expect(app.getByRole('button', { name: 'Runs on: shop' })).toBeVisible();
  // An empty tab goes on where one works.
  await app.getByRole('button', { name: 'New statement' }).click();
  await expect(app.getByRole('button', { name: 'Runs on: shop' })).toBeVisible();
});

test('a dashboard is made for a source, and a widget of it asks another one', async ({
  app,
  other,
  server,
}) => {
  expect(other.address).not.toBe('');
  await server.ingest([{ message: 'here', level: 'info', service: 'own' }]);
  await pageLink(app, 'Dashboards').click();
  await app.getByRole('button', { name: 'New dashboard' }).first().click();
  const dialog = app.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'Source' }).click();
  await app.getByRole('option', { name: 'orders' }).click();
  await expect(dialog).toContainText('orders does not have');
  await expectAccessible(app);
  await look(app, 'dashboard-new');
  await dialog.getByRole('button', { name: /^Overview/ }).click();

  const widget = (name: string) => app.getByRole('region', { name, exact: true });
  await expect(widget('Rows').getByRole('img')).toHaveAccessibleName('Rows: 40');
  await expect(widget('Errors').getByRole('img')).toHaveAccessibleName('Errors: 10');
  await expect(widget('Services')).toContainText('checkout');
  await expect(widget('Newest errors')).toContainText('order 0 paid');
  await look(app, 'dashboard');

  await test.step('SQL of the server of the source', async () => {
    await app.getByRole('button', { name: 'Edit', exact: true }).click();
    await app.getByRole('button', { name: 'Add widget' }).click();
    const editor = app.getByRole('dialog', { name: 'Add a widget' });
    await editor.getByRole('combobox', { name: 'Show as' }).click();
    await app.getByRole('option', { name: 'Table', exact: true }).click();
    await editor.getByRole('textbox', { name: 'Title', exact: true }).fill('Apps');
    await editor.getByText('SQL', { exact: true }).click();
    await editor
      .getByRole('textbox', { name: 'SQL' })
      .fill('SELECT app, count() AS orders FROM logs.shop GROUP BY app');
    await expect(editor.getByRole('combobox', { name: 'Source' })).toHaveValue('As the dashboard (orders)');
    await expect(editor.getByRole('region', { name: 'Preview' })).toContainText('checkout');
    await editor.getByRole('combobox', { name: 'Source' }).click();
    await expect(app.getByRole('option', { name: 'shop' })).toBeVisible();
    await look(app, 'widget-editor');
    await app.keyboard.press('Escape');
    await expectAccessible(app);
    await editor.getByRole('button', { name: 'Add to the dashboard' }).click();
    await widget('Apps').scrollIntoViewIfNeeded();
    await expect(widget('Apps')).toContainText('checkout');
  });

  await test.step('a widget with a source of its own', async () => {
    await app.getByRole('button', { name: 'Menu of Rows', exact: true }).click();
    await app.getByRole('menuitem', { name: 'Edit' }).click();
    const editor = app.getByRole('dialog', { name: 'Edit the widget' });
    await editor.getByRole('combobox', { name: 'Source' }).click();
    await app.getByRole('option', { name: 'Logs', exact: true }).click();
    await editor.getByRole('button', { name: 'Apply' }).click();
    await expect(widget('Rows').getByRole('img')).toHaveAccessibleName('Rows: 1');
  });

  await test.step('the settings change all that say nothing else', async () => {
    await app.getByRole('button', { name: 'Menu of the dashboard' }).click();
    await app.getByRole('menuitem', { name: 'Name, folder, variables…' }).click();
    await expect(dialog.getByRole('combobox', { name: 'Source' })).toHaveValue('orders');
    await look(app, 'dashboard-settings');
    await expectAccessible(app);
    await dialog.getByRole('combobox', { name: 'Source' }).click();
    await app.getByRole('option', { name: 'Logs', exact: true }).click();
    await dialog.getByRole('button', { name: 'Apply' }).click();
    await expect(widget('Services')).toContainText('own');
    await app.getByRole('button', { name: 'Undo' }).click();
    await expect(widget('Services')).toContainText('checkout');
    await app.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(app.getByRole('button', { name: 'Edit', exact: true })).toBeVisible();
  });

  await test.step('links keep it', async () => {
    await app.getByRole('button', { name: 'Menu of Errors', exact: true }).click();
    await app.getByRole('menuitem', { name: 'Open in Explore' }).click();
    await expect(app).toHaveURL(/src=orders/);
    await expect(app.getByText(/^10\srows/)).toBeVisible();
    await app.getByRole('button', { name: 'Add this search to a dashboard' }).click();
    await dialog.getByRole('textbox', { name: 'Title' }).fill('From Explore');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await app.getByRole('button', { name: 'Open the dashboard' }).click();
    await widget('From Explore').scrollIntoViewIfNeeded();
    await expect(widget('From Explore').getByRole('slider')).toBeVisible();
    await widget('Apps').scrollIntoViewIfNeeded();
    await app.getByRole('button', { name: 'Menu of Apps' }).click();
    await app.getByRole('menuitem', { name: 'Open in SQL' }).click();
    await expect(app.getByRole('button', { name: 'Runs on: shop' })).toBeVisible();
  });

  await test.step('a source that is gone is said, and another one chosen', async () => {
    await server.call('DELETE', '/api/v1/sources/orders');
    await app.goBack();
    await app.reload();
    const problem = widget('Errors').getByRole('alert');
    await expect(problem).toContainText('no source');
    await look(app, 'dashboard-gone');
    await expectAccessible(app);
    await problem.getByRole('button', { name: 'Choose another source' }).click();
    await app.getByRole('menuitem', { name: 'Logs' }).click();
    await expect(widget('Errors')).toContainText('No data');
    await expect(app.getByText('not saved')).toBeVisible();
  });
});

test('a search is saved with its source, and opens and runs on it', async ({ app, other, server }) => {
  expect(other.address).not.toBe('');
  await app.goto(`${server.address}/explore?src=orders&q=level:error&from=now-1h&to=now`);
  await expect(app.getByText(/^10\srows/)).toBeVisible();
  await app.keyboard.press('Control+s');
  const form = app.getByRole('dialog', { name: 'Save query' });
  await form.getByLabel('Name').fill('Orders that failed');
  await expect(form.getByRole('combobox', { name: 'Source' })).toHaveValue('orders');
  await look(app, 'saved-form');
  await form.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(form).toBeHidden();

  await pageLink(app, 'Saved').click();
  await app.getByRole('button', { name: 'Orders that failed', exact: true }).click();
  const detail = app.getByRole('complementary', { name: 'Orders that failed' });
  await expect(detail).toContainText('orders');
  await detail.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(detail.getByRole('region', { name: 'Result' })).toContainText('10 rows');
  await expect(detail.getByRole('region', { name: 'Result' })).toContainText('order 0 paid');
  await expectAccessible(app);
  await look(app, 'saved-detail');
  await detail.getByRole('button', { name: 'Open in Explore' }).click();
  await expect(app).toHaveURL(/src=orders/);
  await expect(app.getByRole('grid', { name: 'Log rows' })).toContainText('order 0 paid');

  // Another source is a change as any other.
  await app.goBack();
  await app.getByRole('button', { name: 'Actions of Orders that failed' }).click();
  await app.getByRole('menuitem', { name: /Edit/ }).click();
  const edit = app.getByRole('dialog', { name: 'Edit “Orders that failed”' });
  await expectAccessible(app);
  await edit.getByRole('combobox', { name: 'Source' }).click();
  await app.getByRole('option', { name: 'Logs', exact: true }).click();
  await edit.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(edit).toBeHidden();
  await app.getByRole('button', { name: 'Actions of Orders that failed' }).click();
  await app.getByRole('menuitem', { name: /Versions/ }).click();
  const versions = app.getByRole('dialog', { name: /^Versions of/ });
  await expect(versions.getByRole('table', { name: 'Differences' })).toContainText('orders');
  await expect(versions.getByRole('table', { name: 'Differences' })).toContainText('Logs');
  await look(app, 'saved-versions');
  await versions.getByRole('button', { name: 'Restore version 1' }).click();
  await expect(versions).toBeHidden();

  await server.call('DELETE', '/api/v1/sources/orders');
  await detail.getByRole('button', { name: 'Run', exact: true }).click();
  await detail.getByRole('alert').getByRole('button', { name: 'Choose another source' }).click();
  await look(app, 'saved-gone');
  await app.getByRole('menuitem', { name: 'Logs' }).click();
  await expect(edit).toBeVisible();
});

test('the builder works on a source', async ({ app, other, server }) => {
  expect(other.address).not.toBe('');
  await pageLink(app, 'Builder').click();
  await app.getByRole('button', { name: 'Source: Logs' }).click();
  await app.getByRole('menuitem', { name: /^orders/ }).click();
  const conditions = app.getByRole('region', { name: 'Conditions' });
  await expect(conditions.getByText(/^40\srecords/)).toBeVisible();

  await app.getByRole('button', { name: 'Add: Condition' }).click();
  await app.getByRole('combobox', { name: 'Field' }).fill('stat');
  await app.getByRole('option', { name: 'status' }).click();
  await app.getByRole('combobox', { name: 'Comparison' }).click();
  await app.getByRole('option', { name: 'is', exact: true }).click();
  await app.getByRole('combobox', { name: 'Value of status' }).click();
  await app.getByRole('option', { name: '200' }).click();
  await expect(conditions.getByText(/^40\srecords/)).toBeVisible();
  await expect(app.getByLabel('SQL of the search')).toContainText('shop');
  await expect(app.getByRole('grid', { name: 'Result' })).toContainText('order 0 paid');
  await expectAccessible(app);
  await look(app, 'builder');

  await app.getByRole('link', { name: 'Open in SQL' }).click();
  await expect(app.getByRole('button', { name: 'Runs on: shop' })).toBeVisible();
  await app.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(app.getByRole('grid', { name: 'Rows of the answer' })).toContainText('order 0 paid');
  await app.goBack();
  await app.getByRole('button', { name: 'Explore', exact: true }).click();
  await expect(app).toHaveURL(/src=orders/);
  await expect(app.getByText(/^40\srows/)).toBeVisible();
  await app.getByRole('button', { name: 'Open in the builder' }).click();
  await expect(app).toHaveURL(/builder.*src=orders/);

  await server.call('DELETE', '/api/v1/sources/orders');
  await app.reload();
  await expect(app.getByRole('alert')).toContainText('no source');
  await look(app, 'builder-gone');
  await app.getByRole('button', { name: 'Choose another source' }).click();
  await app.getByRole('menuitem', { name: 'Logs' }).click();
  await expect(app).not.toHaveURL(/src=/);
});
