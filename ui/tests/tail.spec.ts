import type { Page } from '@playwright/test';
import { expect, expectAccessible, test } from './support/fixtures';

const grid = (page: Page) => page.getByRole('grid', { name: 'Live log rows' });
const rowWith = (page: Page, text: string) => grid(page).getByRole('row').filter({ hasText: text });
const bar = (page: Page) => page.getByRole('search');
const phase = (page: Page) =>
  page.getByRole('status').filter({ hasText: /Live|Paused|Catching|Connecting|Reading/ });

function records(first: number, count: number): object[] {
  return Array.from({ length: count }, (_, index) => {
    const number = first + index;
    const isError = number % 5 === 4;
    return {
      level: isError ? 'error' : 'info',
      service: number % 2 === 0 ? 'api' : 'checkout',
      message: isError ? `payment ${number} refused` : `GET /orders/${number} 200`,
    };
  });
}

// Each is a whole session, on machines that do other things as well.
test.setTimeout(120_000);

test('follows, pauses, goes on, filters and keeps what was marked', async ({ app, server }) => {
  await server.ingest(records(0, 10));
  await app.getByRole('link', { name: 'Tail' }).click();
  await expect(phase(app)).toHaveText('Live');
  await expect(grid(app)).toContainText('GET /orders/0 200');
  await server.ingest(records(10, 10));
  await expect(grid(app)).toContainText('payment 19 refused');
  await expectAccessible(app);

  // A pause keeps what is there and counts what comes.
  await app.keyboard.press('Space');
  await expect(phase(app)).toHaveText('Paused');
  await server.ingest(records(20, 30));
  await expect(app.getByRole('button', { name: /Resume, 30 waiting/ })).toBeVisible();
  await expect(grid(app)).not.toContainText('orders/20 ');
  await app.keyboard.press('Space');
  await expect(grid(app)).toContainText('payment 49 refused');
  await expect(app.getByText('50 rows', { exact: true })).toBeVisible();

  // Levels, words, a mark.
  await app.getByRole('group', { name: 'Levels shown' }).getByRole('button', { name: 'info' }).click();
  await expect(grid(app)).toHaveAttribute('aria-rowcount', '10');
  await app.getByLabel('Words to highlight, parted by commas').fill('refu');
  await expect(grid(app).locator('mark').first()).toHaveText('refu');
  await rowWith(app, 'payment 4 refused').click();
  await expect(app.getByLabel('Message text')).toHaveText('payment 4 refused');
  await app.keyboard.press('b');
  await app.keyboard.press('c');
  await expect(app.getByText('Waiting for rows')).toBeVisible();
  await app.getByRole('button', { name: 'Bookmarks: 1' }).click();
  await app.getByRole('menuitem', { name: /payment 4 refused/ }).click();
  await expect(app.getByLabel('Message text')).toHaveText('payment 4 refused');

  // Another filter while it runs; one that can't be read says where.
  await app.keyboard.press('/');
  await app.keyboard.type('service:');
  await app.keyboard.press('Escape');
  await app.keyboard.press('Enter');
  await expect(bar(app).getByRole('alert')).toBeVisible();
  await app.keyboard.type('checkout');
  await app.keyboard.press('Escape');
  await app.keyboard.press('Enter');
  await expect(app).toHaveURL(/q=service/);
  await expect(grid(app)).toHaveAttribute('aria-rowcount', '5');
  await server.ingest(records(50, 10));
  await expect(grid(app)).toHaveAttribute('aria-rowcount', '6');

  // The way to the rows around one.
  await rowWith(app, 'payment 59 refused').click();
  await app.getByRole('button', { name: 'Explore', exact: true }).click();
  await expect(app).toHaveURL(/\/explore\?.*row=/);
  await expect(app.getByRole('region', { name: 'Row', exact: true })).toContainText('payment 59 refused');
  await app.getByRole('button', { name: 'Live' }).click();
  await expect(app).toHaveURL(/\/tail\?q=service/);
  await expect(phase(app)).toHaveText('Live');
});

test('stays as it is read, comes back after the server was away, and opens windows', async ({
  app,
  server,
}) => {
  await app.goto(`${server.address}/tail`);
  await expect(app.getByText('Waiting for rows')).toBeVisible();
  for (let first = 0; first < 3_000; first += 1_000) await server.ingest(records(first, 1_000));
  await expect(grid(app)).toHaveAttribute('aria-rowcount', '3000');
  await expect(grid(app)).toContainText('payment 2999 refused');

  // Who scrolls up reads on undisturbed.
  await grid(app).click();
  await app.keyboard.press('Home');
  await expect(grid(app)).toContainText('GET /orders/0 200');
  await server.ingest(records(3_000, 100));
  await expect(grid(app)).toHaveAttribute('aria-rowcount', '3100');
  await expect(grid(app)).toContainText('GET /orders/0 200');
  await app.keyboard.press('Escape');
  await app.getByRole('button', { name: 'Follow' }).click();
  await expect(grid(app)).toContainText('payment 3099 refused');

  await server.stop();
  await expect(phase(app)).toHaveText('Connecting again');
  await server.start();
  await expect(phase(app)).toHaveText('Live');
  await server.ingest(records(3_100, 5));
  await expect(grid(app)).toHaveAttribute('aria-rowcount', '3105');

  const [popup] = await Promise.all([
    app.waitForEvent('popup'),
    app.getByRole('button', { name: 'Open in a window of its own' }).click(),
  ]);
  await expect(grid(popup)).toContainText('payment 3104 refused');
  await expect(popup.getByRole('navigation', { name: 'Pages' })).toHaveCount(0);
});
