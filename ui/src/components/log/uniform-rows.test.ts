import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { UniformRows } from './uniform-rows';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal(
    'ResizeObserver',
    vi.fn(
      class {
        observe = vi.fn();
        disconnect = vi.fn();
      },
    ),
  );
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A thousand rows of 10 pixels in an element that shows ten of them. */
function table() {
  const element = document.createElement('div');
  Object.defineProperty(element, 'clientHeight', { value: 100 });
  const rows = new UniformRows();
  const scroller = { current: element };
  const show = (count: number) =>
    rows.update({ count, rowHeight: 10, headerHeight: 5, keyOf: (index) => index, scroller });
  show(1_000);
  return {
    rows,
    show,
    scrollTo: (row: number) => {
      element.scrollTop = row * 10;
      element.dispatchEvent(new Event('scroll'));
    },
    keys: () => rows.get().items.map(({ key }) => key),
    indexes: () => rows.get().items.map(({ index }) => index),
    /** Key of a row that is drawn. */
    keyAt: (row: number) => rows.get().items.find(({ index }) => index === row)?.key,
  };
}

it('draws the rows in sight and some around them, each at its place', () => {
  const { rows, scrollTo, indexes } = table();
  scrollTo(8);
  expect(indexes()).toEqual(Array.from({ length: 28 }, (_, index) => index));
  expect(rows.get().items[3]?.start).toBe(35);
  expect(rows.get().totalHeight).toBe(10_000);
});

it('leaves rows that stay in sight their elements', () => {
  const { show, scrollTo, keyAt, keys } = table();
  scrollTo(20);
  const before = keyAt(25);
  scrollTo(28);
  expect(keyAt(25)).toBe(before);
  scrollTo(10);
  expect(keyAt(25)).toBe(before);
  show(2_000);
  expect(keyAt(25)).toBe(before);
  expect(new Set(keys()).size).toBe(keys().length);
});

it('draws only what is in sight after a jump, in the elements of before, and the rest once it rests', () => {
  const { scrollTo, indexes, keys } = table();
  const before = keys();
  scrollTo(500);
  expect(indexes()).toEqual(Array.from({ length: 12 }, (_, index) => 500 + index));
  expect(keys()).toEqual(before.slice(0, 12));
  vi.advanceTimersByTime(99);
  scrollTo(800);
  vi.advanceTimersByTime(99);
  expect(indexes()).toEqual(Array.from({ length: 12 }, (_, index) => 800 + index));
  vi.advanceTimersByTime(1);
  expect(indexes()).toEqual(Array.from({ length: 28 }, (_, index) => 792 + index));
  expect(new Set(keys()).size).toBe(28);
});
