import { expect, it } from 'vitest';
import { nextNotice } from './use-restart-notice';

it('tells of a restart once, when the engine is back', () => {
  const answers = [
    { restarts: 2, state: 'ready' },
    { restarts: 2, state: 'restarting' },
    { restarts: 3, state: 'starting' },
    { restarts: 3, state: 'ready' },
    { restarts: 3, state: 'ready' },
    // The server itself was started anew.
    { restarts: 0, state: 'ready' },
    { restarts: 1, state: 'ready' },
  ] as const;
  let told: number | null = null;
  const tells = answers.map((engine) => {
    const next = nextNotice(told, engine);
    told = next.told;
    return next.tell;
  });
  expect(tells).toEqual([false, false, false, true, false, false, true]);
});
