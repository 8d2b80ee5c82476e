import { expect, expectAccessible, test } from './support/fixtures';

test.beforeEach(async ({ app, server }) => {
  const now = Date.now();
  await server.ingest(
    Array.from({ length: 30 }, (_, index) => ({
      timestamp: new Date(now - index * 1_000).toISOString(),
      level: index % 3 === 0 ? 'error' : 'info',
      service: 'checkout',
      message: `order ${index}`,
      customer: `c${index % 4}`,
    })),
  );
  await expect(app.getByRole('grid', { name: 'Log rows' })).toContainText('order');
});

test('the palette finds commands, fields and searches; the help lists the keys', async ({ app }) => {
  await app.keyboard.press('Control+k');
  const typed = app.getByRole('textbox', { name: 'Run a command' });
  await typed.fill('customer');
  const palette = app.getByRole('dialog');
  await palette.getByRole('button', { name: /^customer/ }).click();
  await expect(app).toHaveURL(/customer/);
  await expect(app.getByRole('search')).toContainText('customer:*');

  await app.keyboard.press('Control+k');
  await typed.fill('order 7');
  await palette.getByRole('button', { name: 'Search the logs for: order 7' }).click();
  await expect(app.getByRole('status').filter({ hasText: /^1\srow/ })).toBeVisible();

  await app.keyboard.press('Control+k');
  await typed.fill('settings');
  await app.keyboard.press('Enter');
  await expect(app.getByRole('heading', { name: 'Settings' })).toBeVisible();
  await expectAccessible(app);
  await app.getByRole('button', { name: 'Show the shortcuts' }).click();
  const help = app.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await help.getByLabel('Find a shortcut').fill('palette');
  await expect(help.getByText('Command palette')).toBeVisible();
  await expect(help.getByText('Go to Storage')).toBeHidden();
});

test('the tour leads through Explore with the user’s rows, and settings change what is shown', async ({
  app,
}) => {
  await app.getByRole('button', { name: 'New here? Take the tour' }).click();
  const card = app.getByRole('dialog', { name: /^Tour/ });
  await card.getByRole('button', { name: 'Try level:>=error' }).click();
  await expect(app.getByRole('status').filter({ hasText: /^10\srows/ })).toBeVisible();
  for (let step = 1; step < 6; step += 1) await card.getByRole('button', { name: 'Next' }).click();
  await expect(card).toHaveAccessibleName('Tour, 6 of 6');
  await card.getByRole('button', { name: 'Done' }).click();
  await expect(card).toBeHidden();
  await app.reload();
  await expect(app.getByRole('grid', { name: 'Log rows' })).toContainText('order');
  await expect(app.getByRole('button', { name: 'New here? Take the tour' })).toBeHidden();

  await app.getByRole('link', { name: 'Settings' }).click();
  await app.getByRole('combobox', { name: 'Time zone' }).fill('UTC');
  await app.getByRole('option', { name: 'UTC', exact: true }).click();
  await app.getByRole('radiogroup', { name: 'Fraction of a second' }).getByText('6').click();
  await app.getByRole('radiogroup', { name: 'Dates in tables' }).getByText('Always').click();
  await app.getByRole('link', { name: 'Explore' }).click();
  await expect(app.getByRole('grid', { name: 'Log rows' }).locator('time').first()).toHaveText(
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/,
  );
});
