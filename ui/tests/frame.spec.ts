import { expect, expectAccessible, test } from './support/fixtures';

test('signs in by the link once, and says what to do without one', async ({ page, server }) => {
  await page.goto(server.address);
  await expect(page.getByRole('heading', { name: 'Sign in to Click-Lite' })).toBeVisible();
  await expectAccessible(page);

  const link = await server.signInLink();
  await page.getByLabel('Sign-in link').fill(link);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('Ready', { exact: true })).toBeVisible();
  expect(page.url()).not.toContain('login');

  const other = await (await page.context().browser()?.newContext())?.newPage();
  if (other === undefined) throw new Error('there is no browser');
  await other.goto(link);
  await expect(other.getByText('This link was used already or is too old.')).toBeVisible();
});

test('every page by keyboard, the palette and the help', async ({ app }) => {
  await app.keyboard.press('Alt+0');
  await expect(app.getByRole('heading', { name: 'Density' })).toBeVisible();
  await app.keyboard.press('Alt+7');
  await expect(app.getByText('No file was imported yet')).toBeVisible();

  await app.keyboard.press('?');
  await expect(app.getByRole('dialog', { name: 'Keyboard shortcuts' })).toContainText('Open file');
  await app.keyboard.press('Escape');

  await app.keyboard.press('Control+k');
  await app.getByPlaceholder('Run a command').fill('settings');
  await app.keyboard.press('Enter');
  await expect(app.getByRole('heading', { name: 'Density' })).toBeVisible();
});

test('keeps theme and density', async ({ app }) => {
  await app.keyboard.press('Alt+0');
  await app.getByText('Dark', { exact: true }).click();
  await app.getByText('Comfortable', { exact: true }).click();
  await app.reload();
  await expect(app.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark');
  await expect(app.locator('html')).toHaveAttribute('data-density', 'comfortable');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`is accessible in ${colorScheme}`, async ({ app }) => {
    await app.emulateMedia({ colorScheme });
    await expect(app.getByRole('heading', { name: 'Nothing is stored yet' })).toBeVisible();
    await expectAccessible(app);
    for (const [keys, heading] of [
      ['Alt+7', 'Imports'],
      ['Alt+8', 'Storage'],
      ['Alt+0', 'Settings'],
    ] as const) {
      await app.keyboard.press(keys);
      await expect(app.getByRole('heading', { name: heading })).toBeVisible();
      await expectAccessible(app);
    }
  });
}

test('says that the server is gone, and recovers by itself', async ({ app, server }) => {
  const status = app.getByRole('contentinfo', { name: 'Status' });
  await expect(status).toContainText('Ready');
  await server.stop();
  await expect(status).toContainText('No connection to the server');
  await server.start();
  // Sessions live in the server's memory; the link's code is asked for again.
  await expect(status.or(app.getByRole('heading', { name: 'Sign in to Click-Lite' }))).toContainText(
    /Ready|Sign in/,
  );
});
