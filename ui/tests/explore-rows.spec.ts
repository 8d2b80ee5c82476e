import type { Page } from '@playwright/test';
import { expect, expectAccessible, test } from './support/fixtures';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

/** Ten minutes of three services; one row is of a trace, and durations have one that is far out. */
function records(end: number): object[] {
  return Array.from({ length: 60 }, (_, index) => ({
    timestamp: new Date(end - (60 - index) * 10_000).toISOString(),
    level: index % 6 === 5 ? 'error' : 'info',
    service: ['api', 'checkout', 'billing'][index % 3],
    message: index % 6 === 5 ? `connection refused to db-${index % 4}` : `GET /orders/${index} 200`,
    'http.request.method': 'GET',
    'http.request.path': `/orders/${index}`,
    'http.status': index % 6 === 5 ? 502 : 200,
    duration_ms: index === 30 ? 90_000 : index * 3,
    ...(index === 59 ? { trace_id: TRACE, span_id: SPAN } : {}),
  }));
}

function spans(end: number): object {
  const at = (ms: number) => String((end - 10_000 + ms) * 1_000_000);
  const span = (spanId: string, parentSpanId: string, name: string, from: number, to: number) => ({
    traceId: TRACE,
    spanId,
    parentSpanId,
    name,
    kind: 2,
    startTimeUnixNano: at(from),
    endTimeUnixNano: at(to),
    status: { code: name === 'SELECT orders' ? 2 : 1 },
  });
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'checkout' } }] };
  return {
    resourceSpans: [
      {
        resource,
        scopeSpans: [
          {
            spans: [
              span(SPAN, '', 'POST /checkout', 0, 120),
              span('00f067aa0ba902b7', SPAN, 'SELECT orders', 20, 90),
            ],
          },
        ],
      },
    ],
  };
}

const grid = (page: Page) => page.getByRole('grid', { name: 'Log rows' });
const row = (page: Page, number: number) => grid(page).locator(`[role="row"][aria-rowindex="${number + 1}"]`);
const detail = (page: Page) => page.getByRole('region', { name: 'Row', exact: true });
const found = (page: Page, text: RegExp) =>
  expect(page.getByRole('status').filter({ hasText: text }).first()).toBeVisible();

// Rich tests: each goes through a part of the page as a user does.
test.describe.configure({ timeout: 120_000 });

test.beforeEach(async ({ app, server }) => {
  const end = Date.now() - 60_000;
  await server.ingest(records(end));
  await server.sendSpans(spans(end));
  await expect(grid(app)).toContainText('GET /orders');
  await app.goto(`${server.address}/explore?from=now-15m&to=now`);
  await found(app, /^60\srows/);
});

test('shows what is around a row and its trace, and keeps notes on it', async ({ app }) => {
  await row(app, 1).click();
  await detail(app).getByRole('tab', { name: 'Around' }).click();
  const around = detail(app).getByRole('list', { name: /^Rows around/ });
  await expect(around.locator('[aria-current="true"]')).toContainText('connection refused to db-3');
  // Of its service alone: 20 rows, and the row itself stands first.
  await expect(around.getByRole('listitem')).toHaveCount(20);
  await detail(app).getByText('All', { exact: true }).click();
  await expect(around.getByRole('listitem').nth(1)).toContainText('GET /orders/58');
  await around.getByRole('button').first().click();
  await expect(row(app, 2)).toHaveAttribute('aria-selected', 'true');

  await row(app, 1).click();
  await app.keyboard.press('3');
  const trace = detail(app).getByRole('list', { name: 'Spans' });
  await expect(trace.getByRole('listitem')).toHaveCount(2);
  await expect(trace.getByRole('listitem').first()).toContainText('this row');
  await expect(trace.getByRole('listitem').nth(1)).toContainText('failed');
  await expectAccessible(app);

  await app.keyboard.press('n');
  await app.keyboard.type('here it starts');
  await app.keyboard.press('Control+Enter');
  await expect(row(app, 1).getByRole('img', { name: 'Note: here it starts' })).toBeVisible();
  await app.keyboard.press('m');
  await expect(detail(app).getByText('Marked amber')).toBeVisible();
  await detail(app).getByRole('button', { name: 'Delete the note' }).click();
  await expect(detail(app).getByText('here it starts')).toBeHidden();
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect(detail(app).getByText('here it starts')).toBeVisible();

  await app.reload();
  await app.keyboard.press('Escape');
  await app.keyboard.press('Shift+n');
  await expectAccessible(app);
  await app
    .getByRole('dialog')
    .getByRole('button', { name: /here it starts/ })
    .click();
  await expect(detail(app)).toContainText('connection refused to db-3');
});

test('picks rows by keys and by mouse, compares and copies them', async ({ app, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const copied = () => app.evaluate(() => navigator.clipboard.readText());
  await row(app, 1).click({ modifiers: ['Control'] });
  await row(app, 2).click({ modifiers: ['Control'] });
  const bar = app.getByRole('toolbar', { name: 'Picked rows' });
  await expect(bar).toContainText(/2\srows picked/);
  await app.keyboard.press('Shift+x');
  const dialog = app.getByRole('dialog', { name: 'Compare rows' });
  await expect(dialog.getByRole('row', { name: /http\.status/ })).toContainText('differs');
  await expect(dialog.getByRole('row', { name: /http\.request\.method/ })).toBeHidden();
  await expectAccessible(app);
  await app.keyboard.press('Escape');
  await expect(dialog).toBeHidden();

  await bar.getByRole('button', { name: 'Copy as' }).click();
  await app.getByRole('menuitem', { name: /NDJSON/ }).click();
  await expect.poll(copied).toMatch(/^\{.*db-3.*\}\n\{.*orders\/58.*\}$/);
  await app.keyboard.press('Escape');
  await expect(bar).toBeHidden();

  await grid(app).focus();
  await app.keyboard.press('Home');
  for (let step = 0; step < 3; step += 1) await app.keyboard.press('Shift+ArrowDown');
  await expect(bar).toContainText(/4\srows picked/);
  await app.keyboard.press('Escape');
  await row(app, 3).click();
  await detail(app).getByRole('button', { name: 'Copy this row as' }).click();
  await app.getByRole('menuitem', { name: /^SQL/ }).click();
  await expect.poll(copied).toMatch(/FROM otel_logs[^]*IngestId = \d+/);
});

test('describes a field, and says which part of a search finds nothing', async ({ app }) => {
  await app.getByRole('button', { name: 'Statistics of duration_ms' }).click();
  const stats = app.getByRole('region', { name: 'Statistics of duration_ms' });
  await expect(stats).toContainText('median');
  await expect(stats.getByRole('list', { name: 'Distribution' }).getByRole('listitem')).toHaveCount(24);
  await expectAccessible(app);
  await app.keyboard.press('Escape');
  await expect(stats).toBeHidden();

  await app.keyboard.press('/');
  await app.keyboard.type('refused service:billing -level:error');
  await app.keyboard.press('Enter');
  const ways = app.getByRole('list', { name: 'Ways to find rows' });
  await ways.getByRole('button', { name: 'Leave out -level:error' }).click();
  await found(app, /^10\srows/);
  await app.keyboard.press('Alt+ArrowLeft');
  await expect(ways).toBeVisible();
  await app.keyboard.press('Alt+ArrowRight');
  await found(app, /^10\srows/);
  await app.getByRole('button', { name: 'Searches of this session' }).click();
  await expect(app.getByRole('menuitem', { name: /refused service:billing -level:error/ })).toBeVisible();
  await app
    .getByRole('menuitem', { name: /All rows/ })
    .first()
    .click();
  await found(app, /^60\srows/);

  // Far from all rows: the nearest is one click away.
  await app.goto(
    '/explore?from=2020-01-01T00:00:00Z&to=2020-01-01T01:00:00Z'.replace(
      '/',
      new URL(app.url()).origin + '/',
    ),
  );
  await app.getByRole('button', { name: /^Go to / }).click();
  await expect(detail(app)).toContainText('GET /orders/0');
});

test('keeps pinned and formatted columns, sets of them, and words that stand out', async ({ app }) => {
  await row(app, 1).click();
  await detail(app).getByRole('button', { name: 'Add duration_ms as a column' }).click();
  await app.keyboard.press('Escape');
  const header = (name: string) => app.getByRole('columnheader').getByRole('button', { name, exact: true });
  await header('duration_ms').click();
  await app.getByRole('menuitem', { name: 'Duration, from milliseconds' }).click();
  await expect(row(app, 30)).toContainText('1 min 30 s');
  await header('service').click();
  await app.getByRole('menuitem', { name: 'Pin up to here' }).click();
  await expect(app).toHaveURL(/pin=/);
  await header('duration_ms').focus();
  await app.keyboard.press('Control+ArrowLeft');
  await expect(app).toHaveURL(/duration_ms%2Cservice|duration_ms,service/);

  await app.getByRole('button', { name: 'Column sets' }).click();
  await app.getByLabel('Name of the column set').fill('slow');
  await app.keyboard.press('Enter');
  await app.getByRole('menuitem', { name: 'Time, level, service, message' }).click();
  await expect(header('duration_ms')).toBeHidden();
  await app.getByRole('button', { name: 'Column sets' }).click();
  await app.getByRole('menuitem', { name: 'slow' }).click();
  await expect(header('duration_ms')).toBeVisible();

  await app.getByRole('button', { name: 'Highlight words' }).click();
  await app.getByLabel('Word to highlight').fill('orders');
  await app.keyboard.press('Enter');
  await app.keyboard.press('Escape');
  await app.reload();
  await expect(row(app, 2).locator('mark[data-colour="amber"]')).toHaveText('orders');
  await expectAccessible(app);
});

test('shows two searches of the same time beside each other', async ({ app }) => {
  await app.keyboard.press('v');
  const second = app.getByRole('region', { name: 'Second search' });
  const first = app.getByRole('region', { name: 'First search' });
  await second.getByRole('search').getByLabel('Search', { exact: true }).click();
  await app.keyboard.type('level:error');
  await app.keyboard.press('Enter');
  await expect(second.getByRole('status').filter({ hasText: /^10\srows/ })).toBeVisible();
  await expect(first.getByRole('status').filter({ hasText: /^60\srows/ })).toBeVisible();

  await first.getByRole('button', { name: /^Time range/ }).click();
  await app.getByRole('button', { name: 'Last 5 min', exact: true }).click();
  await expect(second.getByRole('button', { name: 'Time range: Last 5 min' })).toBeVisible();
  await second.getByRole('button', { name: 'Same time as the first search' }).click();
  await second.getByRole('button', { name: /^Time range/ }).click();
  await app
    .getByRole('button', { name: 'Last 1 hour', exact: true })
    .or(app.getByRole('button', { name: 'Last hour', exact: true }))
    .click();
  await expect(first.getByRole('button', { name: 'Time range: Last 5 min' })).toBeVisible();

  // Keys are meant for the search that was turned to last.
  await second.getByRole('grid', { name: 'Log rows' }).focus();
  await app.keyboard.press('j');
  await app.keyboard.press('Enter');
  await expect(second.getByRole('region', { name: 'Row', exact: true })).toContainText('connection refused');
  await expect(first.getByRole('region', { name: 'Row', exact: true })).toBeHidden();
  await expectAccessible(app);
  await second.getByRole('button', { name: 'Close the second search' }).click();
  await expect(second).toBeHidden();
  await expect(app).not.toHaveURL(/q2=/);
});
