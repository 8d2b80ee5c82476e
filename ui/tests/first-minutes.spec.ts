import type { Page } from '@playwright/test';
import { expect, test, textFile } from './support/fixtures';

const MOST_CLICKS = 25;
const PATHS = ['/', '/cart', '/orders/17', '/favicon.ico', '/login'];
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** An hour of an access log as nginx writes it, of a day long ago as of a file that somebody sent; every tenth fails. */
function accessLog(): string[] {
  const start = Date.UTC(2026, 2, 1, 9);
  return Array.from({ length: 600 }, (_, n) => {
    const at = new Date(start + n * 6_000);
    const day = `${String(at.getUTCDate()).padStart(2, '0')}/${MONTHS[at.getUTCMonth()]}/${at.getUTCFullYear()}`;
    const status = n % 10 === 9 ? 502 : n % 5 === 3 ? 404 : 200;
    return [
      `10.0.3.${n % 40} - - [${day}:${at.toISOString().slice(11, 19)} +0000]`,
      `"GET ${PATHS[n % PATHS.length]} HTTP/1.1" ${status} ${400 + ((n * 37) % 9_000)}`,
      `"https://shop.example/" "Mozilla/5.0 (X11; Linux x86_64)"`,
    ].join(' ');
  });
}

/** Counts the clicks of the pointer that the page gets from now on. */
async function countClicks(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    document.documentElement.dataset.clicks = '0';
    const count = (event: MouseEvent): void => {
      // What a key does to a button is a click without a pointer.
      if (!event.isTrusted || event.detail === 0) return;
      const { dataset } = document.documentElement;
      dataset.clicks = String(Number(dataset.clicks) + 1);
    };
    window.addEventListener('click', count, { capture: true });
  });
  return async () => Number(await page.locator('html').getAttribute('data-clicks'));
}

test('from the empty state to a saved dashboard in a few clicks', async ({ app }) => {
  test.setTimeout(180_000);
  await expect(app.getByRole('heading', { name: 'Nothing is stored yet' })).toBeVisible();
  const clicks = await countClicks(app);

  await test.step('a log file is brought in', async () => {
    const chooser = app.waitForEvent('filechooser');
    await app.getByRole('button', { name: 'Open file…' }).click();
    await (await chooser).setFiles([textFile('access.log', accessLog())]);
    const dialog = app.getByRole('dialog');
    await expect(dialog.getByRole('region', { name: 'First rows' })).toContainText('/cart');
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    await dialog.getByRole('button', { name: 'Show in Explore' }).click();
    await expect(app.getByRole('status').filter({ hasText: /^600\srows/ })).toBeVisible();
  });

  const grid = app.getByRole('grid', { name: 'Log rows' });
  await test.step('searched, filtered by a facet, and a row is read', async () => {
    await app.getByRole('search').getByLabel('Search', { exact: true }).click();
    await app.keyboard.press('End');
    await app.keyboard.type(' cart');
    await app.keyboard.press('Enter');
    await expect(app.getByRole('status').filter({ hasText: /^120\srows/ })).toBeVisible();
    await app.getByRole('button', { name: 'Clear the text' }).click();
    await app.getByRole('button', { name: /^level error,/ }).click();
    await expect(app.getByRole('status').filter({ hasText: /^60\srows/ })).toBeVisible();
    await grid.locator('[role="row"][aria-rowindex="4"]').click();
    await expect(app.getByRole('button', { name: 'Copy a link to this row' })).toBeVisible();
  });

  await test.step('the query is saved', async () => {
    await app.getByRole('button', { name: 'Saved queries' }).click();
    await app.getByRole('menuitem', { name: /^Save this search/ }).click();
    const form = app.getByRole('dialog', { name: 'Save query' });
    await expect(form.getByLabel('Name')).toBeFocused();
    await app.keyboard.type('Failed requests');
    await expect(form.getByLabel('Name')).toHaveValue('Failed requests');
    await form.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(app.getByText('“Failed requests” is saved.')).toBeVisible();
  });

  await test.step('a field of the row becomes a chart', async () => {
    await app.getByRole('button', { name: 'More for url.path' }).click();
    await app.getByRole('menuitem', { name: 'Chart it over time' }).click();
    await expect(app.locator('canvas').first()).toBeVisible();
  });

  await test.step('the chart is on a dashboard, which is saved', async () => {
    await app.getByRole('button', { name: 'Add this search to a dashboard' }).click();
    await app.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
    await app.getByRole('button', { name: 'Open the dashboard' }).click();
    await expect(app).toHaveURL(/\/dashboards\/.+/);
    await expect(app.getByRole('region', { name: /timechart/ }).getByRole('slider')).toBeVisible();
  });

  expect(await clicks(), 'clicks from the empty state to a saved dashboard').toBeLessThan(MOST_CLICKS);
  await app.reload();
  await expect(app.getByRole('region', { name: /timechart/ }).getByRole('slider')).toBeVisible();
});
