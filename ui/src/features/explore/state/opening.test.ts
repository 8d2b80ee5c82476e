import { beforeEach, expect, it } from 'vitest';
import { hasNoRange, lastRange, openingRange, rememberRange } from './opening';

beforeEach(() => window.localStorage.clear());

it('remembers the last range, and takes what is not one for none', () => {
  const storage = window.localStorage;
  expect(lastRange(storage)).toBeNull();
  for (const range of [
    { from: 'now-4h', to: 'now' },
    { from: null, to: null },
  ]) {
    rememberRange(storage, range);
    expect(lastRange(storage)).toEqual(range);
  }
  for (const text of ['', '7', '{"from":1,"to":2}', '{"from":"now-1h"}']) {
    storage.setItem('click-lite.explore.range', text);
    expect(lastRange(storage)).toBeNull();
  }
});

it('shows all time only where rows are stored and none of them is recent', () => {
  expect(openingRange('', false, 5)).toBe('all');
  expect(openingRange('', true, 5)).toBe('default');
  expect(openingRange('', false, 0)).toBeNull();
  expect(openingRange('', false, undefined)).toBeNull();
  // Whoever looks for something is told where it is, in place of being moved there.
  expect(openingRange('level:error', false, 5)).toBe('default');
});

it('leaves the range of an address alone', () => {
  expect(hasNoRange({ q: 'a' })).toBe(true);
  expect(hasNoRange({ from: 'all' })).toBe(false);
  expect(hasNoRange({ to: 'now' })).toBe(false);
});
