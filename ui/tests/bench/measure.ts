import { appendFileSync } from 'node:fs';
import { test as base, type CDPSession, type Page } from '@playwright/test';
import { TestServer } from '../support/server';

/** One line of the report, in the unit that the name says. */
interface Figure {
  name: string;
  value: number;
  /** The value has to stay below it; without one it only informs. */
  limit?: number;
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run cargo xtask bench browser`);
  return value;
}

/** Adds a line to the report of the benchmark. */
export function report(figure: Figure): void {
  appendFileSync(required('CLICK_LITE_BENCH_FIGURES'), `${JSON.stringify(figure)}\n`);
}

/** Records that are stored. */
export const events = (): number => Number(required('CLICK_LITE_BENCH_EVENTS'));
/** How long the tail is followed. */
export const tailSeconds = (): number => Number(process.env.CLICK_LITE_BENCH_SECONDS ?? 60);
/** What it is sent. */
export const tailRowsPerSecond = (): number => Number(process.env.CLICK_LITE_BENCH_TAIL_ROWS ?? 5_000);

/** The range of the generator's records. */
export const RANGE = { from: '2026-11-20T00:00:00Z', to: '2026-11-21T00:00:00Z' };

interface Fixtures {
  /** The server that has stored the events. */
  stored: TestServer;
  /** Signed in, with nothing open. */
  visitor: Page;
}

export const test = base.extend<Fixtures>({
  stored: async ({}, provide) => {
    const server = TestServer.running({
      http: required('CLICK_LITE_BENCH_ADDRESS'),
      token_file: required('CLICK_LITE_BENCH_TOKEN_FILE'),
    });
    await provide(server);
    server.remove();
  },
  visitor: async ({ page, stored }, provide) => {
    await page.goto(await stored.signInLink());
    await page.getByText('Ready', { exact: true }).waitFor();
    await page.goto('about:blank');
    await provide(page);
  },
});

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN;
}

interface TraceEvent {
  name: string;
  ph: string;
  ts: number;
  dur?: number;
  id2?: { local?: string };
  args?: { data?: { type?: string } };
}

/** What Chromium wrote down while `work` ran. */
async function traced(page: Page, categories: string[], work: () => Promise<void>): Promise<TraceEvent[]> {
  const browser = page.context().browser();
  if (browser === null) throw new Error('the page has no browser');
  await browser.startTracing(page, { categories });
  await work();
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  return trace.traceEvents;
}

const FRAME = 'click-lite frame';

interface Frames {
  /** Milliseconds from one animation frame of the page to the next. */
  durations: number[];
  /** Milliseconds that its main thread worked, of each frame. */
  busy: number;
}

/** The frames of the page while `work` ran. */
export async function frames(page: Page, work: () => Promise<void>): Promise<Frames> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const taskSeconds = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
  };
  let seconds = 0;
  const trace = await traced(page, ['blink.user_timing'], async () => {
    await page.evaluate((name) => {
      const tick = (): void => {
        performance.mark(name);
        performance.clearMarks(name);
        handle = requestAnimationFrame(tick);
      };
      let handle = requestAnimationFrame(tick);
      window.addEventListener('click-lite-stop', () => cancelAnimationFrame(handle), { once: true });
    }, FRAME);
    const before = await taskSeconds();
    await work();
    seconds = (await taskSeconds()) - before;
    await page.evaluate(() => window.dispatchEvent(new Event('click-lite-stop')));
  });
  await session.detach();
  const times = trace
    .filter(({ name }) => name === FRAME)
    .map(({ ts }) => ts / 1_000)
    .toSorted((left, right) => left - right);
  const durations = times.slice(1).map((time, index) => time - (times[index] ?? time));
  return { durations, busy: (seconds * 1_000) / durations.length };
}

/** Milliseconds from each key press to the paint that shows it, by the browser's own event timing. */
export async function keysToPaint(page: Page, work: () => Promise<void>): Promise<number[]> {
  const trace = await traced(page, ['devtools.timeline'], work);
  const begun = new Map<string, number>();
  const durations: number[] = [];
  for (const { name, ph, ts, id2, args } of trace) {
    if (name !== 'EventTiming') continue;
    const id = id2?.local ?? '';
    if (ph === 'b' && args?.data?.type === 'keydown') begun.set(id, ts);
    const start = begun.get(id);
    if (ph === 'e' && start !== undefined) {
      durations.push((ts - start) / 1_000);
      begun.delete(id);
    }
  }
  return durations;
}

/** Adds what frames say: 95 of 100 below 32 ms. */
export function reportFrames(what: string, parts: readonly Frames[]): void {
  const durations = parts.flatMap((part) => part.durations);
  const busy = parts.reduce((sum, part) => sum + part.busy * part.durations.length, 0);
  report({ name: `${what}: frames, P95 ms`, value: percentile(durations, 0.95), limit: 32 });
  report({ name: `${what}: frames, longest ms`, value: percentile(durations, 1) });
  report({ name: `${what}: main thread busy, ms of each frame`, value: busy / durations.length });
}

/** Bytes of JavaScript that stay after a collection. */
export async function heapBytes(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  return (await session.send('Runtime.getHeapUsage')).usedSize;
}
