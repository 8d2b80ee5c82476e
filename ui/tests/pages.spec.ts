import type { Locator, Page } from '@playwright/test';
import { expect, expectAccessible, test } from './support/fixtures';
import type { TestServer } from './support/server';

/*
 * What every page looks like, in both themes, with the same records at the same time. After a change of the look:
 * `cargo xtask screenshots`, then look at each picture that changed.
 */

test.use({ viewport: { width: 1200, height: 620 }, timezoneId: 'UTC', locale: 'en-US' });

const NOW = Date.parse('2026-03-01T11:00:00Z');
const RANGE = 'from=2026-03-01T10:00:00Z&to=2026-03-01T11:00:00Z';
const SERVICES = ['checkout', 'api', 'payments', 'search'];
const MESSAGES: [level: string, message: (n: number) => string][] = [
  ['info', (n) => `GET /orders/${n % 97} 200, ${(n % 90) + 3} items`],
  ['info', (n) => `order ${n % 44} placed, ${(n % 4) + 1} items`],
  ['debug', (n) => `cache hit for customer ${n % 81}`],
  ['warn', (n) => `slow query: ${(n % 900) + 800} ms on orders`],
  ['error', (n) => `connection refused by db-${n % 4}:5432, attempt ${(n % 3) + 1}`],
];

function records(): object[] {
  return Array.from({ length: 600 }, (_, n) => {
    const isBurst = n > 380 && n < 430;
    const [level, message] = MESSAGES[isBurst ? 4 : ((n * 7) % 23) % 5] ?? ['info', String];
    return {
      time: new Date(NOW - 3_600_000 + n * 5_990).toISOString(),
      level,
      message: message(n),
      service: SERVICES[(n * 13) % SERVICES.length],
      host: `node-${n % 3}`,
      'http.response.status_code': level === 'error' ? 502 : 200,
      duration_ms: (n * 37) % 900,
    };
  });
}

interface PageLook {
  name: string;
  /** Opens it and waits until it shows what it has. */
  open: (page: Page, server: TestServer) => Promise<void>;
  /** What differs from run to run, such as sizes on disk. */
  varies?: (page: Page) => Locator[];
}

const grid = (page: Page) => page.getByRole('grid', { name: 'Log rows' });
const shows = (page: Page, name: string) =>
  expect(page.getByRole('region', { name, exact: true })).toBeVisible();
/** How long a search took, and what it read. */
const costs = (page: Page) => [page.getByText(/^[\d.]+\s?m?s$/), page.getByText(/^read /)];

const LOOKS: PageLook[] = [
  {
    name: 'explore',
    open: async (page, server) => {
      await page.goto(`${server.address}/explore?${RANGE}`);
      await grid(page).locator('[role="row"][aria-rowindex="5"]').click();
      await expect(page.getByRole('button', { name: 'Copy a link to this row' })).toBeVisible();
      await expect(page.getByRole('button', { name: /^service checkout,/ })).toBeVisible();
    },
    varies: costs,
  },
  {
    name: 'explore-pipes',
    open: async (page, server) => {
      const query = encodeURIComponent('level:>=warn | timechart 5m count() by service');
      await page.goto(`${server.address}/explore?${RANGE}&q=${query}`);
      await expect(page.locator('canvas').first()).toBeVisible();
    },
    varies: costs,
  },
  {
    name: 'tail',
    open: async (page, server) => {
      await page.goto(`${server.address}/tail`);
      await expect(page.getByRole('status').filter({ hasText: 'Live' })).toBeVisible();
    },
  },
  {
    name: 'sql',
    open: async (page, server) => {
      await page.goto(`${server.address}/sql`);
      await expect(page.locator('.cm-content')).toBeVisible();
      await expect(page.getByText('otel_logs').first()).toBeVisible();
    },
  },
  {
    name: 'builder',
    open: async (page, server) => {
      const query = encodeURIComponent('level:error service:api | stats count() by service');
      await page.goto(`${server.address}/builder?${RANGE}&q=${query}`);
      await expect(page.getByLabel('SQL of the search')).toContainText('GROUP BY');
      await expect(page.locator('canvas').first()).toBeVisible();
    },
  },
  {
    name: 'dashboards',
    open: async (page, server) => {
      await page.goto(`${server.address}/dashboards`);
      await expect(page.getByRole('link', { name: 'Errors of the shop' })).toBeVisible();
    },
    varies: (page) => [page.getByText(/^20\d\d-\d\d-\d\d \d\d:\d\d$/)],
  },
  {
    name: 'dashboard',
    open: async (page, server) => {
      await page.goto(`${server.address}/dashboards`);
      await page.getByRole('link', { name: 'Errors of the shop' }).click();
      await expect(page.locator('canvas').first()).toBeVisible();
      await expect(page.locator('section[aria-busy="true"]')).toHaveCount(0);
    },
  },
  {
    name: 'saved',
    open: async (page, server) => {
      await page.goto(`${server.address}/saved?tab=templates`);
      await shows(page, 'Saved queries');
    },
  },
  {
    name: 'imports',
    open: async (page, server) => {
      await page.goto(`${server.address}/imports`);
      await shows(page, 'Imports');
    },
  },
  {
    name: 'exports',
    open: async (page, server) => {
      await page.goto(`${server.address}/exports`);
      await expect(page.getByRole('list', { name: 'Scheduled exports' })).toContainText('Orders of a month');
    },
    varies: (page) => [page.getByText(/\/exports$/), page.getByText(/^, next 20\d\d/)],
  },
  {
    name: 'storage',
    open: async (page, server) => {
      await page.goto(`${server.address}/storage`);
      await shows(page, 'Storage');
    },
    varies: (page) => [
      page.getByText(/\d\s[kMGT]?B\b/),
      page.getByText(/times what is on disk$/),
      page.getByRole('main').locator('canvas'),
    ],
  },
  {
    name: 'delivery',
    open: async (page, server) => {
      await page.goto(`${server.address}/delivery`);
      await shows(page, 'Delivery');
    },
    varies: costs,
  },
  {
    name: 'connections',
    open: async (page, server) => {
      await page.goto(`${server.address}/connections`);
      await expect(page.getByText('No other ClickHouse is connected')).toBeVisible();
    },
  },
  {
    name: 'settings',
    open: async (page, server) => {
      await page.goto(`${server.address}/settings`);
      await shows(page, 'Settings');
    },
  },
];

const DASHBOARD = {
  name: 'Errors of the shop',
  description: '',
  folder: 'Shop',
  tags: ['web'],
  definition: {
    variables: [
      { name: 'service', label: 'Service', type: 'list', multi: true, values: SERVICES, default: [] },
    ],
    annotations: [{ name: 'Slow queries', query: '"slow query" duration_ms:>880' }],
    widgets: [
      widget('number', 'Errors', 'level:error', 0, 0, 3, 3),
      widget('pie', 'Errors by service', 'level:error | stats count() by service', 3, 0, 4, 6),
      widget('top_list', 'Services', '* | top 10 service', 7, 0, 5, 6),
      widget('number', 'Rows', '*', 0, 3, 3, 3),
      widget(
        'time_series',
        'Status codes',
        '* | timechart 5m count() by http.response.status_code',
        0,
        6,
        7,
        7,
      ),
      widget('table', 'Hosts', '* | stats count() as rows, avg(duration_ms) as mean by host', 7, 6, 5, 7),
    ],
    refresh: 0,
    from: '2026-03-01T10:00:00Z',
    to: '2026-03-01T11:00:00Z',
  },
};

const EXPORT_JOBS = [
  {
    name: 'Errors of the day before',
    schedule: '0 7 * * 1-5',
    time_zone: 'UTC',
    period: 'day',
    query: 'level:error service:checkout',
    format: 'xlsx',
  },
  {
    name: 'Orders of a month',
    schedule: '0 6 1 * *',
    time_zone: 'Europe/Berlin',
    period: 'month',
    sql: 'SELECT toDate(Timestamp) AS day, count() AS orders FROM otel_logs GROUP BY day',
    format: 'csv',
    enabled: false,
  },
];

function widget(
  kind: string,
  title: string,
  text: string,
  x: number,
  y: number,
  w: number,
  h: number,
): object {
  return {
    id: `${kind}-${x}-${y}`,
    kind,
    title,
    query: { language: 'search', text },
    layout: { x, y, w, h },
    options: {},
  };
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`every page in ${colorScheme}`, async ({ app, server }) => {
    test.setTimeout(400_000);
    await server.ingest(records());
    await server.call('POST', '/api/v1/dashboards', DASHBOARD);
    for (const job of EXPORT_JOBS) await server.call('POST', '/api/v1/export-jobs', job);
    await app.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await app.clock.setFixedTime(NOW);
    for (const { name, open, varies } of LOOKS) {
      await test.step(name, async () => {
        await open(app, server);
        await app.mouse.move(0, 0);
        await app.waitForLoadState('networkidle');
        await expectAccessible(app);
        await expect.soft(app).toHaveScreenshot(`${name}-${colorScheme}.png`, {
          mask: [app.getByRole('contentinfo', { name: 'Status' }), ...(varies?.(app) ?? [])],
          maskColor: '#808080',
        });
      });
    }
  });
}
