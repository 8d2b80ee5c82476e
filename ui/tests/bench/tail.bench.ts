import { expect } from '@playwright/test';
import { TestServer } from '../support/server';
import { frames, heapBytes, report, reportFrames, tailRowsPerSecond, tailSeconds, test } from './measure';

const BATCHES_PER_SECOND = 20;
/** After these the tail keeps as many rows as it ever does. */
const FILL_ROWS = 75_000;
/** Frames are looked at for no longer: a trace of an hour would be memory of its own. */
const MOST_FRAMES_SECONDS = 60;

test('the tail keeps up', async ({ page }) => {
  test.setTimeout(((2 * FILL_ROWS) / tailRowsPerSecond() + tailSeconds() + 300) * 1_000);
  const server = new TestServer();
  try {
    await server.start();
    await page.goto(await server.signInLink());
    await page.getByText('Ready', { exact: true }).waitFor();
    await page.goto(`${server.address}/tail`);
    await expect(page.getByRole('status').filter({ hasText: 'Live' })).toBeVisible();
    const session = await page.context().newCDPSession(page);

    const sender: Sender = { isOver: false, sent: 0 };
    const sending = send(server, sender);
    while (sender.sent < FILL_ROWS) await page.waitForTimeout(500);
    const before = await heapBytes(session);
    const framesSeconds = Math.min(tailSeconds(), MOST_FRAMES_SECONDS);
    const followed = await frames(page, () => page.waitForTimeout(framesSeconds * 1_000));
    await page.waitForTimeout((tailSeconds() - framesSeconds) * 1_000);
    const after = await heapBytes(session);
    sender.isOver = true;
    const seconds = await sending;

    report({ name: 'tail: rows a second', value: sender.sent / seconds });
    reportFrames('tail', [followed]);
    report({ name: 'tail: memory of the page at first, MB', value: before / 1e6 });
    report({ name: 'tail: memory after, in % of that', value: (after / before) * 100, limit: 110 });
    const lost = await page.getByText(/rows? not shown/).count();
    report({ name: 'tail: says that rows were not shown (0 or 1)', value: lost });
  } finally {
    await server.stop();
    server.remove();
  }
});

interface Sender {
  isOver: boolean;
  sent: number;
}

/** Sends at a steady rate until told to end, and says for how many seconds; a batch that is late is made up for. */
async function send(server: TestServer, sender: Sender): Promise<number> {
  const size = Math.ceil(tailRowsPerSecond() / BATCHES_PER_SECOND);
  const start = performance.now();
  let batches = 0;
  while (!sender.isOver) {
    const due = start + (batches * 1_000) / BATCHES_PER_SECOND;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    await server.ingest(Array.from({ length: size }, (_, n) => record(batches * size + n)));
    batches += 1;
    sender.sent += size;
  }
  return (performance.now() - start) / 1_000;
}

const LEVELS = ['info', 'info', 'info', 'debug', 'warn', 'error'];

function record(n: number): object {
  return {
    time: new Date().toISOString(),
    level: LEVELS[n % LEVELS.length],
    service: `service-${n % 20}`,
    message: `request ${n} GET /api/v1/orders/${n % 9973} ended after ${(n * 37) % 900} ms, attempt ${n % 3}`,
    'http.response.status_code': n % 50 === 0 ? 502 : 200,
    region: n % 3 === 0 ? 'eu-west-1' : 'us-east-1',
    'k8s.pod': `orders-6c9f-${n % 40}`,
  };
}
