import { beforeEach, expect, it } from 'vitest';
import { forgetLayout } from './forget-layout';

const contents = (storage: Storage) =>
  Object.fromEntries(
    Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '').map((key) => [
      key,
      storage.getItem(key),
    ]),
  );

beforeEach(() => window.localStorage.clear());

it('forgets the layout alone, and brings it back', () => {
  const storage = window.localStorage;
  const kept = {
    'click-lite.explore.queries': '["a"]',
    'click-lite.explore.range': '{}',
    'click-lite.preferences': '{}',
  };
  const layout = { 'click-lite.explore.column-widths': '{"a":9}', 'click-lite.panel.facets': '200' };
  for (const [key, value] of Object.entries({ ...kept, ...layout })) storage.setItem(key, value);
  const restore = forgetLayout(storage);
  expect(contents(storage)).toEqual(kept);
  expect(forgetLayout(storage)).toBeNull();
  restore?.();
  expect(contents(storage)).toEqual({ ...kept, ...layout });
});
