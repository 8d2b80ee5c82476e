import type { Page } from '@playwright/test';
import { expect, expectAccessible, test } from './support/fixtures';

/** An hour of three services: 60 errors among 600 records. */
function records(): object[] {
  const end = Date.now() - 60_000;
  return Array.from({ length: 600 }, (_, index) => ({
    timestamp: new Date(end - index * 5_000).toISOString(),
    level: index % 10 === 0 ? 'error' : 'info',
    service: ['api', 'checkout', 'billing'][index % 3],
    message: `GET /orders/${index}`,
    duration_ms: index,
  }));
}

const text = (page: Page) => page.getByRole('textbox', { name: 'Search text' });
const conditions = (page: Page) => page.getByRole('region', { name: 'Conditions' });
const steps = (page: Page) => page.getByRole('region', { name: 'Steps' });

test.beforeEach(async ({ app, server }) => {
  await server.ingest(records());
  await expect(app.getByRole('grid', { name: 'Log rows' })).toContainText('GET /orders');
  await app.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Builder' }).click();
  await expect(conditions(app).getByText(/^600\srecords/)).toBeVisible();
});

test('builds a search of conditions and steps, with its text, SQL and result beside it', async ({ app }) => {
  await app.getByRole('button', { name: 'Add: Condition' }).click();
  await app.getByRole('combobox', { name: 'Field' }).fill('level');
  await app.keyboard.press('Escape');
  await app.getByRole('combobox', { name: 'Comparison' }).click();
  await app.getByRole('option', { name: 'is', exact: true }).click();
  await app.getByRole('combobox', { name: 'Value of level' }).click();
  await app.getByRole('option', { name: 'error' }).click();
  await expect(text(app)).toHaveValue('level:error');
  await expect(conditions(app).getByText(/^60\srecords/)).toBeVisible();

  await app.getByRole('button', { name: 'Add a step' }).click();
  await app.getByRole('menuitem', { name: 'Group and compute' }).click();
  await app.getByRole('button', { name: 'Group by: Field' }).click();
  await app.getByRole('combobox', { name: 'Group by field' }).fill('service');
  await app.keyboard.press('Escape');
  await expect(text(app)).toHaveValue('level:error | stats count() by service');
  await expect(app.getByLabel('SQL of the search')).toContainText('GROUP BY');
  await app.getByText('Table', { exact: true }).click();
  await expect(app.getByRole('grid', { name: 'Result' })).toContainText('checkout');
  await expect(
    app.getByRole('grid', { name: 'Result' }).getByRole('gridcell', { name: '20' }).first(),
  ).toBeVisible();
  for (const colorScheme of ['light', 'dark'] as const) {
    await app.emulateMedia({ colorScheme });
    await expectAccessible(app);
  }

  // Steps are ordered and taken back by keyboard.
  await app.getByRole('button', { name: 'Add a step' }).click();
  await app.getByRole('menuitem', { name: 'Limit' }).click();
  await expect(text(app)).toHaveValue('level:error | stats count() by service | limit 100');
  await app.getByRole('button', { name: 'Move the step Limit', exact: true }).focus();
  await app.keyboard.press('ArrowUp');
  await expect(text(app)).toHaveValue('level:error | limit 100 | stats count() by service');
  await expect(app.getByRole('button', { name: 'Move the step Limit', exact: true })).toBeFocused();
  await app.keyboard.press('Control+z');
  await app.keyboard.press('Control+z');
  await expect(text(app)).toHaveValue('level:error | stats count() by service');
  await app.keyboard.press('Control+Shift+z');
  await expect(text(app)).toHaveValue('level:error | stats count() by service | limit 100');

  await app.setViewportSize({ width: 360, height: 740 });
  await expect(app.getByRole('button', { name: 'Add a step' })).toBeVisible();
  await expectAccessible(app);
});

test('takes up text that is typed by hand, and keeps what it has no inputs for', async ({ app, server }) => {
  await text(app).fill(
    '(service:api OR service:billing) -level:error | eval seconds = duration_ms / 1000 | limit 7',
  );
  await expect(conditions(app).getByRole('radio', { name: 'One of' }).last()).toBeChecked();
  await expect(conditions(app).getByRole('combobox', { name: 'Value of service' })).toHaveCount(2);
  await expect(steps(app).getByText('eval seconds = duration_ms / 1000')).toBeVisible();
  await expect(app.getByRole('status').filter({ hasText: 'Kept as written' })).toContainText('eval seconds');
  await expect(steps(app).getByRole('textbox', { name: 'Rows', exact: true })).toHaveValue('7');

  // A change in the builder leaves the rest as it was.
  await steps(app).getByRole('textbox', { name: 'Rows', exact: true }).fill('9');
  await expect(text(app)).toHaveValue(/eval seconds = duration_ms \/ 1000 \| limit 9$/);
  await expect(app).toHaveURL(/limit(%20|\+)9/);

  await text(app).fill('level:error | stats nothing(');
  await expect(text(app)).toHaveAttribute('aria-invalid', 'true');
  await text(app).fill('level:error');
  await expect(conditions(app).getByText(/^60\srecords/)).toBeVisible();
  await app.getByRole('button', { name: 'Explore', exact: true }).click();
  await expect(app).toHaveURL(/\/explore\?.*level/);
  await expect(app.getByText(/^60\srows/)).toBeVisible();
  await app.goto(`${server.address}/builder?q=level:error&from=now-1h&to=now`);
  await expect(text(app)).toHaveValue('level:error');
});

test('saves the search, and puts it on a dashboard as it is shown', async ({ app, server }) => {
  // On a phone the chart has a height of its own.
  await app.setViewportSize({ width: 360, height: 740 });
  await app.goto(`${server.address}/builder?q=${encodeURIComponent('* | timechart 5m count()')}`);
  await expect(app.locator('canvas')).toBeVisible();
  await app.setViewportSize({ width: 1400, height: 900 });
  await app.goto(`${server.address}/builder?from=now-1h&to=now`);
  await text(app).fill('level:error | stats count() as failures by service');
  await expect(app.getByLabel('SQL of the search')).toContainText('GROUP BY');
  await expect(app.locator('canvas').first()).toBeVisible();

  await test.step('saved', async () => {
    await app.getByRole('button', { name: 'Saved queries' }).click();
    await app.getByRole('menuitem', { name: /^Save this search/ }).click();
    const form = app.getByRole('dialog', { name: 'Save query' });
    await expect(form.getByRole('textbox', { name: 'Query' })).toHaveValue(
      'level:error | stats count() as failures by service',
    );
    await expect(form.getByLabel('From')).toHaveValue('now-1h');
    await form.getByLabel('Name').fill('Failures');
    await form.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(app.getByText('“Failures” is saved.')).toBeVisible();
  });

  await test.step('on a dashboard', async () => {
    await app.getByRole('button', { name: 'Add this search to a dashboard' }).click();
    const dialog = app.getByRole('dialog', { name: 'Add to a dashboard' });
    await expect(dialog.getByRole('combobox', { name: 'Show as' })).toHaveValue('Bars');
    await dialog.getByRole('textbox', { name: 'Title' }).fill('Failures');
    await expectAccessible(app);
    await app.keyboard.press('Enter');
    await app.getByRole('button', { name: 'Open the dashboard' }).click();
    const widget = app.getByRole('region', { name: 'Failures', exact: true });
    await expect(widget.locator('canvas')).toBeVisible();
    await widget.getByRole('button', { name: 'Menu of Failures' }).click();
    await app.getByRole('menuitem', { name: 'Edit' }).click();
    const editor = app.getByRole('dialog', { name: 'Edit the widget' });
    await editor.getByRole('combobox', { name: 'Show as' }).click();
    await app.getByRole('option', { name: 'Table', exact: true }).click();
    await expect(editor.getByRole('row', { name: /billing/ })).toContainText('20');
  });

  await test.step('as saved it opens again', async () => {
    await app.goto(`${server.address}/builder`);
    await expect(app.getByLabel('SQL of the search')).toContainText('SELECT');
    await app.getByRole('button', { name: 'Saved queries' }).click();
    await app.getByRole('menuitem', { name: 'Failures' }).click();
    await expect(app).toHaveURL(/\/explore\?.*failures/);
  });
});
