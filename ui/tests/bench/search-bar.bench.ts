import { keysToPaint, percentile, RANGE, report, test } from './measure';

const TEXT = 'level:error service:checkout duration';
const PAUSE_MS = 120;

test('typing in the search bar is painted at once', async ({ visitor, stored }) => {
  await visitor.goto(`${stored.address}/explore?from=${RANGE.from}&to=${RANGE.to}`);
  await visitor.getByRole('grid', { name: 'Log rows' }).locator('[role="row"][data-index]').first().waitFor();
  await visitor.waitForLoadState('networkidle');
  await visitor.locator('.cm-content').click();

  // From each key until the list for the text that stands there is painted.
  await visitor.evaluate(() => {
    const waits: number[] = [];
    Object.assign(window, { completionWaits: waits });
    let pressedAt: number | null = null;
    const listOf = (): string => document.querySelector('.cm-tooltip-autocomplete ul')?.textContent ?? '';
    window.addEventListener(
      'keydown',
      ({ timeStamp }) => {
        pressedAt = timeStamp;
      },
      { capture: true },
    );
    let shown = '';
    new MutationObserver(() => {
      const list = listOf();
      if (list === shown) return;
      shown = list;
      const from = pressedAt;
      if (list === '' || from === null) return;
      pressedAt = null;
      // The message comes after the paint of this frame.
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port2.onmessage = () => waits.push(performance.now() - from);
        port1.postMessage(null);
      });
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  const painted = await keysToPaint(visitor, async () => {
    for (let round = 0; round < 3; round += 1) {
      for (const letter of TEXT) {
        await visitor.keyboard.press(letter === ' ' ? 'Space' : letter);
        await visitor.waitForTimeout(PAUSE_MS);
      }
      await visitor.keyboard.press('Control+a');
      await visitor.keyboard.press('Delete');
    }
  });
  const waits = await visitor.evaluate(
    () => (window as unknown as { completionWaits: number[] }).completionWaits,
  );
  report({ name: 'search bar: key to its letter, P95 ms', value: percentile(painted, 0.95), limit: 50 });
  report({ name: 'search bar: keys measured', value: painted.length });
  report({ name: 'search bar: key to new completion, P50 ms', value: percentile(waits, 0.5), limit: 50 });
  report({ name: 'search bar: key to new completion, P95 ms', value: percentile(waits, 0.95) });
  report({ name: 'search bar: completions measured', value: waits.length });
});
