import { expect, it } from 'vitest';
import { sourceChoices } from './source-choices';

const labels = (choice: Partial<Parameters<typeof sourceChoices>[0]>) =>
  sourceChoices({
    names: ['orders', 'edge'],
    servers: [],
    chosen: null,
    isKnown: true,
    hasLocal: false,
    ...choice,
  }).map(({ group, items }) => [group, ...items.map(({ label }) => label)]);

it('lists sources, and connections under a heading of their own, each name once', () => {
  expect(labels({})).toEqual([[null, 'orders', 'edge']]);
  expect(labels({ servers: ['shop', 'edge'], hasLocal: true })).toEqual([
    [null, 'Logs'],
    ['Sources', 'orders'],
    ['Connections', 'shop', 'edge'],
  ]);
  expect(labels({ names: [], servers: ['shop'] })).toEqual([[null, 'shop']]);
});

it('keeps what was chosen, and says once it is known that it is gone', () => {
  expect(labels({ chosen: 'gone' })[0]).toEqual([null, 'gone (no source)']);
  expect(labels({ chosen: 'gone', isKnown: false })[0]).toEqual([null, 'gone']);
  expect(labels({ chosen: 'logs' })[0]).toEqual([null, 'Logs']);
  expect(labels({ chosen: 'orders' })).toEqual([[null, 'orders', 'edge']]);
});
