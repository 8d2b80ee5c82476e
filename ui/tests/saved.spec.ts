import type { Page } from '@playwright/test';
import { expect, expectAccessible, test } from './support/fixtures';

function records(): object[] {
  return Array.from({ length: 30 }, (_, n) => ({
    timestamp: new Date(Date.now() - n * 1_000).toISOString(),
    service: n % 3 === 0 ? 'api' : 'shop',
    level: n % 5 === 0 ? 'error' : 'info',
    message: `GET /orders/${n} took ${n * 7} ms`,
  }));
}

const list = (page: Page) => page.getByRole('table', { name: 'Saved queries' });

test('a search is saved, asked for its parameter, changed, restored, deleted and brought back', async ({
  app,
  server,
}) => {
  await server.ingest(records());
  await expect(app.getByRole('grid', { name: 'Log rows' })).toContainText('GET /orders');

  // What is in the search bar is saved, also before it is run.
  await app.getByRole('search').getByLabel('Search', { exact: true }).fill('level:error service:$service');
  await app.keyboard.press('Control+s');
  const form = app.getByRole('dialog', { name: 'Save query' });
  await form.getByLabel('Name').fill('Errors of a service');
  await form.getByLabel('Folder').fill('Web/Shop');
  await expect(form.getByLabel('Query', { exact: true })).toHaveValue('level:error service:$service');
  await expect(form.getByRole('group', { name: 'Parameters' })).toContainText('$service');
  await expectAccessible(app);
  await form.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(form).toBeHidden();

  // The palette finds it by its name and asks for the value.
  await app.keyboard.press('Control+k');
  await app.getByPlaceholder('Run a command').fill('errors of a serv');
  await app.keyboard.press('Enter');
  const asked = app.getByRole('dialog', { name: 'Errors of a service' });
  await expect(asked.getByRole('button', { name: 'Open', exact: true })).toBeDisabled();
  await asked.getByLabel('service').fill('api');
  await app.keyboard.press('Enter');
  await asked.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(app.locator('.cm-content')).toHaveText('level:error service:"api"');
  await app.getByRole('button', { name: 'Saved queries' }).click();
  await expect(app.getByRole('menuitem', { name: /Errors of a service/ })).toBeVisible();
  await app.getByRole('menuitem', { name: 'All saved queries' }).click();

  // The page: what it is and what it finds.
  await list(app).getByRole('button', { name: 'Errors of a service', exact: true }).click();
  const detail = app.getByRole('complementary', { name: 'Errors of a service' });
  await detail.getByLabel('service').fill('shop');
  await app.keyboard.press('Enter');
  await detail.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(detail.getByRole('region', { name: 'Result' })).toContainText('4 rows');
  await expect(detail).toContainText('Last run');
  await expectAccessible(app);

  // A change is a version, and the version before comes back.
  await app.getByRole('button', { name: 'Close the query' }).click();
  await app.getByRole('button', { name: 'Actions of Errors of a service' }).click();
  await app.getByRole('menuitem', { name: /Edit/ }).click();
  const edit = app.getByRole('dialog', { name: 'Edit “Errors of a service”' });
  await edit.getByLabel('Query', { exact: true }).fill('level:>=warn service:$service');
  await edit.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(edit).toBeHidden();
  await app.getByRole('button', { name: 'Actions of Errors of a service' }).click();
  await app.getByRole('menuitem', { name: /Versions/ }).click();
  const versions = app.getByRole('dialog', { name: 'Versions of “Errors of a service”' });
  const differences = versions.getByRole('table', { name: 'Differences' });
  await expect(differences).toContainText('level:error service:$service');
  await expect(differences).toContainText('level:>=warn service:$service');
  await expectAccessible(app);
  await versions.getByRole('button', { name: 'Restore version 1' }).click();
  await expect(versions).toBeHidden();
  await expect(list(app)).toContainText('level:error service:$service');

  // By keyboard: choose, delete, undo.
  await app.keyboard.press('j');
  await expect(detail).toBeVisible();
  await app.keyboard.press('Delete');
  await expect(app.getByText('Nothing is saved yet')).toBeVisible();
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect(list(app)).toContainText('Errors of a service');
});

test('a template is tried and saved, and queries move as a file', async ({ app, server }) => {
  await server.ingest(records());
  await expect(app.getByRole('grid', { name: 'Log rows' })).toContainText('GET /orders');
  await app.goto(`${server.address}/saved?tab=templates`);
  await app.getByRole('button', { name: /^Errors by service/ }).click();
  const detail = app.getByRole('complementary', { name: 'Errors by service' });
  await detail.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(detail.getByRole('region', { name: 'Result' }).getByRole('table')).toContainText('shop');
  await expectAccessible(app);
  await detail.getByRole('button', { name: 'Save as…' }).click();
  const form = app.getByRole('dialog', { name: 'Save query' });
  await form.getByLabel('Folder').fill('Ops');
  await form.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(form).toBeHidden();
  await app
    .locator('label')
    .filter({ hasText: /^Saved$/ })
    .click();
  await expect(list(app)).toContainText('Errors by service');
  await expectAccessible(app);

  const file = {
    format: 'click-lite.saved-queries',
    format_version: 1,
    items: [
      { name: 'Errors by service', language: 'search', text: 'level:error' },
      { name: 'Slow', language: 'search', text: 'took' },
    ],
  };
  await app.locator('input[type=file][accept*=json]').setInputFiles({
    name: 'queries.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(file)),
  });
  const dialog = app.getByRole('dialog', { name: 'Import queries.json' });
  await expect(dialog.getByRole('status')).toHaveText('1 new, 1 changed, 0 the same.');
  await dialog.getByLabel(/^Keep what is saved/).check();
  await dialog.getByRole('button', { name: 'Import 1 query' }).click();
  await expect(list(app)).toContainText('Slow');
  await expect(list(app)).toContainText('SELECT');
});
