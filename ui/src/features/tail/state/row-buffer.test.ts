import { expect, it } from 'vitest';
import { logRow } from '@/test/log-row';
import { KEPT_ROWS, RowBuffer } from './row-buffer';

const rows = (from: number, count: number, level = 9) =>
  Array.from({ length: count }, (_, index) =>
    logRow({ IngestId: String(from + index), SeverityNumber: level }),
  );

it('keeps the newest rows, and tells how many went', () => {
  const buffer = new RowBuffer();
  expect(buffer.append(rows(0, KEPT_ROWS))).toBe(0);
  expect(buffer.append(rows(KEPT_ROWS, 1))).toBe(5_000);
  expect(buffer.count).toBe(KEPT_ROWS - 4_999);
  expect(buffer.forgotten).toBe(5_000);
  expect(buffer.visible[0]?.IngestId).toBe('5000');
  expect(buffer.append(rows(KEPT_ROWS + 1, 4_999))).toBe(0);
});

it('hides levels of what is there and of what comes', () => {
  const buffer = new RowBuffer();
  buffer.append([...rows(0, 2, 9), ...rows(2, 1, 17)]);
  buffer.hide(new Set(['info']));
  expect(buffer.visible.map((row) => row.IngestId)).toEqual(['2']);
  buffer.append([...rows(3, 1, 9), ...rows(4, 1, 17)]);
  expect(buffer.visible.map((row) => row.IngestId)).toEqual(['2', '4']);
  buffer.hide(new Set());
  expect(buffer.visible).toHaveLength(5);
});
