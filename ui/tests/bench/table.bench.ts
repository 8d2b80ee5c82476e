import { events, frames, heapBytes, RANGE, report, reportFrames, test } from './measure';

const MOST_ROWS = 1_000_000;
/** Places in the table from which it is scrolled. */
const PLACES = [0, 0.25, 0.5, 0.75, 0.98];

test('the table scrolls', async ({ visitor, stored }) => {
  await visitor.goto(`${stored.address}/explore?from=${RANGE.from}&to=${RANGE.to}`);
  const grid = visitor.getByRole('grid', { name: 'Log rows' });
  await grid.locator('[role="row"][data-index]').first().waitFor();
  const session = await visitor.context().newCDPSession(visitor);
  const scroller = grid.locator('xpath=..');
  const box = await scroller.boundingBox();
  if (box === null) throw new Error('the table has no size');
  const scroll = (yDistance: number, speed: number) =>
    session.send('Input.synthesizeScrollGesture', {
      x: box.x + box.width / 2,
      y: box.y + box.height / 2,
      yDistance,
      speed,
      gestureSourceType: 'mouse',
    });

  // What the machine itself can do, for comparison.
  reportFrames('page at rest', [await frames(visitor, () => visitor.waitForTimeout(2_000))]);
  const wanted = Math.min(events(), MOST_ROWS);
  const loading = await frames(visitor, async () => {
    const loaded = await scroller.evaluate(async (element, target) => {
      const rows = (): number =>
        (element.scrollHeight - 26) / (element.querySelector('[role="row"][data-index]')?.clientHeight ?? 22);
      let count = 0;
      let quietSince = performance.now();
      while (count < target - 1) {
        element.scrollTop = element.scrollHeight;
        await new Promise(requestAnimationFrame);
        const now = rows();
        if (now > count) quietSince = performance.now();
        count = Math.max(now, count);
        if (performance.now() - quietSince > 20_000) break;
      }
      return Math.round(count);
    }, wanted);
    report({ name: 'table: rows loaded', value: loaded });
  });
  reportFrames('table, while pages come in', [loading]);
  report({ name: 'table: memory of the page, MB', value: (await heapBytes(session)) / 1e6 });

  const scrolling: Awaited<ReturnType<typeof frames>>[] = [];
  for (const place of PLACES) {
    await scroller.evaluate((element, share) => {
      element.scrollTop = element.scrollHeight * share;
    }, place);
    await visitor.waitForTimeout(300);
    const part = await frames(visitor, async () => {
      await scroll(-12_000, 4_000);
      await scroll(8_000, 8_000);
    });
    scrolling.push(part);
  }
  reportFrames('table, scrolled by the wheel', scrolling);

  const dragged = await frames(visitor, () =>
    // As by the scroll bar: every frame shows other rows.
    scroller.evaluate(async (element) => {
      for (let step = 0; step < 180; step += 1) {
        element.scrollTop = (element.scrollHeight * ((step * 37) % 180)) / 180;
        await new Promise(requestAnimationFrame);
      }
    }),
  );
  reportFrames('table, dragged by its scroll bar', [dragged]);
});
