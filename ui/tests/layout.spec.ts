import type { Page } from '@playwright/test';
import { expect, test } from './support/fixtures';
import type { TestServer } from './support/server';

/* Every page from a phone to a wall: nothing is cut off, and what is wide is for what is read. */

const LONG = 'payments-settlement-reconciliation-worker-eu-central-1-production-canary-blue-80';
const TITLE = 'A long title which somebody wrote to say everything about what this widget shows and why';

function records(): object[] {
  const now = Date.now();
  return Array.from({ length: 400 }, (_, n) => ({
    time: new Date(now - n * 5_000).toISOString(),
    level: ['info', 'warn', 'error', 'debug'][n % 4],
    message: n % 5 === 0 ? 'فشل الاتصال بقاعدة البيانات 注文 🚨' : `GET /orders/${n} 200 in ${n} ms`,
    service: n % 3 === 0 ? LONG : 'api',
    host: `node-${n % 12}`,
    duration_ms: n % 2 === 0 ? 0 : 1_000_000_000,
  }));
}

function board(): object {
  const widgets = [
    ['number', 'level:error', 3],
    ['number', '* | stats max(duration_ms)', 3],
    ['pie', '* | stats count() by host', 6],
    ['time_series', '* | timechart 1m count() by service', 6],
    ['table', '* | stats count() as rows, max(duration_ms) as longest by service', 6],
    ['logs', 'level:error', 4],
    ['top_list', '* | top 10 service', 8],
  ] as const;
  let x = 0;
  return {
    name: TITLE,
    description: '',
    folder: '',
    tags: [],
    definition: {
      variables: [],
      widgets: widgets.map(([kind, text, w], index) => {
        const layout = { x: x % 12, y: Math.floor(x / 12) * 5, w, h: 5 };
        x += w;
        return {
          id: `w${index}`,
          kind,
          title: `${TITLE} ${index}`,
          query: { language: 'search', text },
          layout,
          options: {},
        };
      }),
      refresh: 0,
      from: 'now-1h',
      to: 'now',
    },
  };
}

/** An entry of the browser's that TypeScript does not know yet. */
interface LayoutShift extends PerformanceEntry {
  value: number;
}

const RANGE = 'from=now-1h&to=now';
const STEPS = 'stats count() as rows, max(duration_ms) as longest by service';
const PIPES = encodeURIComponent(`* | ${STEPS}`);

interface PageLayout {
  name: string;
  path: string;
  /** Part of a screen of 3,840 pixels that it fills; a form and a short list are as wide as they can be read. */
  fills?: number;
}

const PAGES: PageLayout[] = [
  { name: 'Explore', path: `/explore?${RANGE}`, fills: 0.95 },
  { name: 'a table in Explore', path: `/explore?${RANGE}&q=${PIPES}`, fills: 0.95 },
  { name: 'Tail', path: '/tail', fills: 0.95 },
  { name: 'SQL', path: '/sql', fills: 0.95 },
  { name: 'Builder', path: `/builder?${RANGE}&q=${PIPES}`, fills: 0.95 },
  { name: 'Dashboards', path: '/dashboards', fills: 0.35 },
  { name: 'a dashboard', path: 'board', fills: 0.95 },
  { name: 'Saved', path: '/saved?tab=templates' },
  { name: 'Imports', path: '/imports' },
  { name: 'Storage', path: '/storage', fills: 0.6 },
  { name: 'Delivery', path: '/delivery' },
  { name: 'Connections', path: '/connections' },
  { name: 'Settings', path: '/settings' },
];

/** What is cut off: elements beyond the edge that nothing scrolls to, and words that their button hides. */
function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const nameOf = (element: Element): string =>
      `${element.tagName.toLowerCase()} "${(element.getAttribute('aria-label') ?? element.textContent).slice(0, 40)}"`;
    const scrolls = (element: Element | null): boolean => {
      for (let one = element; one !== null; one = one.parentElement) {
        const { overflowX } = getComputedStyle(one);
        const isInside = one.getBoundingClientRect().right <= innerWidth + 1;
        if (isInside && (overflowX === 'auto' || overflowX === 'scroll')) return true;
      }
      return false;
    };
    const faults: string[] = [];
    for (const element of document.querySelectorAll('body *:not(svg *)')) {
      const { width, height, right } = element.getBoundingClientRect();
      if (width > 1 && height > 1 && right > innerWidth + 1 && !scrolls(element.parentElement))
        faults.push(`beyond the edge: ${nameOf(element)}`);
    }
    for (const label of document.querySelectorAll('.mantine-Button-label'))
      if (label.scrollWidth > label.clientWidth + 1) faults.push(`hides its words: ${nameOf(label)}`);
    return faults;
  });
}

/** How far to the right something is drawn below the toolbar, as a part of the window. */
function filled(page: Page): Promise<number> {
  return page.evaluate(() => {
    let right = 0;
    for (const element of document.querySelectorAll(
      'main :is(td, th, canvas, [role="row"], .cm-content, li, p)',
    ))
      right = Math.max(right, element.getBoundingClientRect().right);
    return right / innerWidth;
  });
}

async function open(page: Page, server: TestServer, path: string, boardId: string): Promise<void> {
  await page.goto(server.address + (path === 'board' ? `/dashboards/${boardId}` : path));
  await expect(page.getByRole('contentinfo', { name: 'Status' })).toContainText('Ready');
  await page.waitForLoadState('networkidle');
}

for (const [width, height] of [
  [360, 740],
  [640, 400],
  [768, 1024],
  [1280, 800],
  [3840, 2160],
] as const) {
  test(`nothing is cut off at ${width} by ${height}`, async ({ app, server }) => {
    test.setTimeout(180_000);
    await server.ingest(records());
    const { id } = await server.call<{ id: string }>('POST', '/api/v1/dashboards', board());
    await app.setViewportSize({ width, height });
    for (const { name, path, fills } of PAGES) {
      await test.step(name, async () => {
        await open(app, server, path, id);
        await expect.soft.poll(() => cutOff(app), { message: name }).toEqual([]);
        if (width < 3_840 || fills === undefined) return;
        await expect.soft.poll(() => filled(app), { message: name }).toBeGreaterThan(fills);
      });
    }
  });
}

test('nothing jumps when data arrives', async ({ app, server }) => {
  test.setTimeout(120_000);
  await server.ingest(records());
  await app.addInitScript(() => {
    new PerformanceObserver((list) => {
      const { dataset } = document.documentElement;
      for (const entry of list.getEntries())
        dataset.moved = String(Number(dataset.moved ?? 0) + (entry as LayoutShift).value);
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await app.context().route(/\/api\/v1\//, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    await route.continue().catch(() => undefined);
  });
  const chart = `/explore?${RANGE}&q=${encodeURIComponent('* | timechart 1m count()')}`;
  const [narrow, wide] = [
    { width: 360, height: 740 },
    { width: 1280, height: 800 },
  ];
  const builder = [
    `/builder?${RANGE}`,
    `/builder?${RANGE}&q=${encodeURIComponent(`level:error | ${STEPS}`)}`,
  ];
  const places = [
    ...[`/explore?${RANGE}`, chart, '/storage', '/delivery', '/dashboards', '/imports', ...builder].map(
      (path) => ({ path, size: narrow }),
    ),
    ...builder.map((path) => ({ path, size: wide })),
  ];
  for (const { path, size } of places) {
    await test.step(`${path} at ${size.width}`, async () => {
      await app.setViewportSize(size);
      await open(app, server, path, '');
      const moved = Number((await app.locator('html').getAttribute('data-moved')) ?? 0);
      // Fonts that come late move a line or two; a part of the page that is pushed down counts ten times as much.
      expect.soft(moved, path).toBeLessThan(path.startsWith('/builder') ? 0.01 : 0.05);
    });
  }
});

test('the tour stays inside its card on a phone', async ({ app, server }) => {
  await server.ingest(records());
  await app.setViewportSize({ width: 360, height: 740 });
  await app.goto(`${server.address}/settings`);
  await app.getByRole('button', { name: 'Start the tour' }).click();
  const card = app.getByRole('dialog', { name: /^Tour, 1 of/ });
  await expect(card).toBeVisible();
  expect(await card.evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true);
});

test('a dashboard prints whole and light, and stays dark on the screen', async ({ app, server }) => {
  test.setTimeout(120_000);
  await server.ingest(records());
  const { id } = await server.call<{ id: string }>('POST', '/api/v1/dashboards', board());
  await app.goto(`${server.address}/settings`);
  await app.getByText('Dark', { exact: true }).click();
  await expect(app.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark');
  await app.addInitScript(() => {
    window.print = () => {
      document.documentElement.dataset.prints = 'true';
    };
  });
  // So low that most widgets are out of sight, and have asked nothing yet.
  await app.setViewportSize({ width: 1_200, height: 320 });
  await open(app, server, 'board', id);
  await app.getByRole('button', { name: 'Menu of the dashboard' }).click();
  await app.getByRole('menuitem', { name: 'Print, or save as PDF' }).click();
  const page = app.locator('html');
  await expect(page).toHaveAttribute('data-prints', 'true');
  await expect(page).toHaveAttribute('data-mantine-color-scheme', 'light');
  await expect(
    app
      .getByRole('grid', { name: /, rows$/ })
      .getByRole('row')
      .first(),
  ).toBeAttached();
  await app.emulateMedia({ media: 'print' });
  await expect(app.getByText(/^Last hour, as of \d{4}-\d\d-\d\d/)).toBeVisible();
  await app.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await expect(page).toHaveAttribute('data-mantine-color-scheme', 'dark');
  // A window that is closed while it prints has the theme that was chosen when it is opened again.
  await app.emulateMedia({ media: 'screen' });
  await app.evaluate(() => delete document.documentElement.dataset.prints);
  await app.getByRole('button', { name: 'Menu of the dashboard' }).click();
  await app.getByRole('menuitem', { name: 'Print, or save as PDF' }).click();
  await expect(page).toHaveAttribute('data-prints', 'true');
  await expect(page).toHaveAttribute('data-mantine-color-scheme', 'light');
  await app.reload();
  await expect(page).toHaveAttribute('data-mantine-color-scheme', 'dark');
});
