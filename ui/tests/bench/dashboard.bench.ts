import type { Page } from '@playwright/test';
import type { Definition, Widget, WidgetKind } from '../../src/api/dashboards';
import { percentile, RANGE, report, test } from './measure';

const OPENINGS = 5;

const WIDGETS: [kind: WidgetKind, title: string, text: string][] = [
  ['number', 'Rows', '*'],
  ['number', 'Errors', 'level:error'],
  ['number', 'Services', '* | stats uniq(service)'],
  ['time_series', 'Rows by level', '*'],
  ['time_series', 'Errors by service', 'level:>=error | timechart 15m count() by service'],
  ['time_series', 'Warnings', 'level:warn'],
  ['top_list', 'Services', '* | top 10 service'],
  ['bar', 'Rows by level', '* | stats count() by level'],
  ['pie', 'Errors by service', 'level:error | stats count() by service'],
  ['table', 'Hosts with errors', 'level:error | stats count() as rows by host | limit 20'],
  ['logs', 'Latest errors', 'level:>=error'],
  ['top_list', 'Services with warnings', 'level:warn | top 10 service'],
];

function definition(): Definition {
  const widgets = WIDGETS.map(([kind, title, text], index): Widget => ({
    id: `w${index}`,
    kind,
    title,
    query: { language: 'search', text },
    layout: { x: (index % 3) * 4, y: Math.floor(index / 3) * 5, w: 4, h: 5 },
    options: {},
  }));
  return { variables: [], widgets, refresh: 0, ...RANGE };
}

/** Milliseconds from the start of the navigation until the first paint, and until every widget shows its data. */
async function opened(page: Page, url: string): Promise<{ firstPaint: number; allData: number }> {
  await page.goto(url, { waitUntil: 'commit' });
  return page.evaluate(
    (count) =>
      new Promise<{ firstPaint: number; allData: number }>((resolve) => {
        const look = (): void => {
          const cards = [...document.querySelectorAll('main section[aria-busy]')];
          const isDone =
            cards.length === count &&
            cards.every(
              (card) =>
                card.getAttribute('aria-busy') === 'false' &&
                card.querySelector('[aria-label="Loading"]') === null,
            );
          if (!isDone) {
            requestAnimationFrame(look);
            return;
          }
          const { port1, port2 } = new MessageChannel();
          port2.onmessage = () =>
            resolve({
              firstPaint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
              allData: performance.now(),
            });
          port1.postMessage(null);
        };
        look();
      }),
    WIDGETS.length,
  );
}

test('a dashboard of twelve widgets opens', async ({ visitor, stored }) => {
  await visitor.setViewportSize({ width: 1600, height: 1400 });
  const body = { name: 'Twelve', description: '', folder: '', tags: [], definition: definition() };
  const { id } = await stored.call<{ id: string }>('POST', '/api/v1/dashboards', body);
  const paints: number[] = [];
  const waits: number[] = [];
  for (let round = 0; round <= OPENINGS; round += 1) {
    // Another range each time, or the server would answer from its cache.
    const from = new Date(Date.parse(RANGE.from) + round * 1_000).toISOString();
    const { firstPaint, allData } = await opened(
      visitor,
      `${stored.address}/dashboards/${id}?from=${from}&to=${RANGE.to}`,
    );
    // The first fills the caches of the browser.
    if (round === 0) continue;
    paints.push(firstPaint);
    waits.push(allData);
  }
  await stored.call('DELETE', `/api/v1/dashboards/${id}`);
  report({ name: 'dashboard: first paint, median ms', value: percentile(paints, 0.5), limit: 300 });
  report({ name: 'dashboard: all data, median ms', value: percentile(waits, 0.5), limit: 1_500 });
  report({ name: 'dashboard: all data, longest ms', value: percentile(waits, 1) });
});
