import type { Page } from '@playwright/test';
import { expect, expectAccessible, test } from './support/fixtures';

const MINUTE_MS = 60_000;

function records(end: number): object[] {
  return Array.from({ length: 60 }, (_, index) => ({
    timestamp: new Date(end - (60 - index) * 10_000).toISOString(),
    level: index % 6 === 5 ? 'error' : 'info',
    service: ['api', 'api', 'checkout'][index % 3],
    message: `GET /orders/${index} 200`,
    duration_ms: index * 10,
  }));
}

const result = (page: Page) => page.getByRole('group', { name: 'Result, rows' });
const bar = (page: Page) => page.getByRole('search');

test('a search with pipes is a table, over time a chart, completed and explained on the way', async ({
  app,
  server,
}) => {
  // One server for all of it; a loaded machine takes a minute.
  test.slow();
  await server.ingest(records(Date.now() - MINUTE_MS));
  await app.goto(`${server.address}/explore?from=now-15m&to=now`);
  await expect(app.getByRole('status').filter({ hasText: /^60\srows/ })).toBeVisible();

  await app.keyboard.press('/');
  await app.keyboard.type('* | st');
  const offers = app.getByRole('listbox');
  await expect(offers.getByRole('option').first()).toContainText('stats');
  await app.keyboard.press('Tab');
  await app.keyboard.type('count(), p95(dur');
  await expect(bar(app)).toContainText('the number that 95 % are at most');
  await expect(offers.getByRole('option').first()).toContainText('duration_ms');
  await app.keyboard.press('Tab');
  await app.keyboard.type(') as p95 by service');
  await app.keyboard.press('Escape');
  await app.keyboard.press('Enter');
  await expect(result(app).getByRole('row')).toHaveCount(3);
  await expect(result(app).getByRole('row').nth(1)).toContainText(/api\s*40/);
  await result(app).getByRole('button', { name: 'count()' }).click();
  await result(app).getByRole('button', { name: 'count()' }).click();
  await expect(result(app).getByRole('row').nth(1)).toContainText(/checkout\s*20/);
  await expectAccessible(app);

  // A facet adds to the filter, the pipes stay behind it.
  await app.getByRole('button', { name: /^level error,/ }).click();
  await expect(bar(app)).toContainText('level:error | stats count()');
  await expect(result(app).getByRole('row').nth(1)).toContainText(/checkout\s*10/);

  await app.goto(`${server.address}/explore?q=*+%7C+timechart+1m+count()+by+service&from=now-15m&to=now`);
  await expect(app.locator('canvas').first()).toBeVisible();
  await expect(result(app)).toContainText('checkout');

  await app.goto(`${server.address}/explore?q=*+%7C+stats+cuont()&from=now-15m&to=now`);
  await expect(app.getByRole('alert')).toContainText('Did you mean count?');

  await app.getByRole('button', { name: 'Help on the search language' }).click();
  await app.getByRole('button', { name: '* | top 10 service' }).click();
  await app.keyboard.press('Enter');
  await expect(result(app).getByRole('row').nth(1)).toContainText('66.67');
});
