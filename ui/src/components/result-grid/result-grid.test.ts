import { describe, expect, it } from 'vitest';
import { cellText, isoTime, rawText } from './cell-text';
import { contentHeight, scrollTopFor, visibleRows } from './geometry';
import { orderOf } from './order';
import { cellKind, fractionDigits, plainType, type ResultColumn } from './result';
import { afterKey, rectangleOf } from './selection';
import { commaSeparated, tabSeparated } from './separated';

const COLUMNS: ResultColumn[] = [
  { name: 'n', type: 'UInt64' },
  { name: 'text', type: 'Nullable(String)' },
  { name: 'at', type: 'DateTime64(9)' },
];

describe('types', () => {
  it('are told apart under what wraps them', () => {
    expect(plainType('LowCardinality(Nullable(String))')).toBe('String');
    expect(cellKind('Nullable(Float64)')).toBe('number');
    expect(cellKind("DateTime64(9, 'UTC')")).toBe('time');
    expect(cellKind('Date')).toBe('date');
    expect(cellKind('Map(LowCardinality(String), String)')).toBe('nested');
    expect(cellKind('Array(UInt8)')).toBe('nested');
    expect(cellKind("Enum8('a' = 1)")).toBe('text');
    expect(fractionDigits('Nullable(DateTime64(6))')).toBe(6);
    expect(fractionDigits('DateTime')).toBe(0);
  });
});

describe('text of cells', () => {
  it('keeps every digit of large numbers and of times', () => {
    const [n, , at] = COLUMNS as [ResultColumn, ResultColumn, ResultColumn];
    expect(cellText('18446744073709551615', n, 'utc').text).toBe(
      '18\u2009446\u2009744\u2009073\u2009709\u2009551\u2009615',
    );
    const time = cellText('2026-11-20 01:00:03.123456789', at, 'utc');
    expect(time).toEqual({
      text: '2026-11-20 01:00:03.123',
      title: '2026-11-20 01:00:03.123456789 UTC',
    });
    expect(isoTime('2026-11-20T01:00:03Z')).toBe('2026-11-20T01:00:03Z');
  });

  it('tells NULL from an empty text, and puts nested values on one line', () => {
    const [, text] = COLUMNS as [ResultColumn, ResultColumn];
    expect(cellText(null, text, 'utc').text).toBe('NULL');
    expect(cellText('', text, 'utc').text).toBe('');
    expect(cellText('a\nb', text, 'utc').text).toBe('a⏎b');
    expect(rawText({ a: [1] })).toBe('{"a":[1]}');
  });
});

describe('order', () => {
  const rows = [
    { n: '9007199254740993', text: 'b' },
    { n: '9007199254740992', text: null },
    { n: '10', text: 'a' },
    { n: '9', text: 'a' },
  ];
  const order = (...rest: [Parameters<typeof orderOf>[3], Parameters<typeof orderOf>[4]]) =>
    Array.from(orderOf(COLUMNS, rows, rows.length, ...rest) ?? []);

  it('compares numbers as numbers, also beyond 2^53', () => {
    expect(order({ column: 'n', isDescending: false }, {})).toEqual([3, 2, 1, 0]);
    expect(order({ column: 'n', isDescending: true }, {})).toEqual([0, 1, 2, 3]);
  });

  it('keeps equal rows as they came and NULL last', () => {
    expect(order({ column: 'text', isDescending: false }, {})).toEqual([2, 3, 0, 1]);
    expect(order({ column: 'text', isDescending: true }, {})).toEqual([0, 2, 3, 1]);
  });

  it('filters by parts of texts and by comparisons', () => {
    expect(order(null, { text: 'A' })).toEqual([2, 3]);
    expect(order(null, { n: '>= 10' })).toEqual([0, 1, 2]);
    expect(order(null, { n: '9', text: '=a' })).toEqual([3]);
    expect(orderOf(COLUMNS, rows, rows.length, null, { n: ' ' })).toBeNull();
  });
});

describe('geometry', () => {
  it('draws what is in sight', () => {
    expect(visibleRows(1000, 20, 200, 400)).toEqual({ first: 12, end: 38, top: 240 });
    expect(visibleRows(3, 20, 200, 0)).toEqual({ first: 0, end: 3, top: 0 });
  });

  it('reaches the first and the last of ten million rows', () => {
    const count = 10_000_000;
    const height = contentHeight(count, 22);
    expect(height).toBeLessThan(17_000_000);
    expect(visibleRows(count, 22, 500, 0).first).toBe(0);
    const end = visibleRows(count, 22, 500, height - 500);
    expect(end.end).toBe(count);
    // The last row ends where the content does.
    expect(end.top + (count - end.first) * 22).toBeCloseTo(height, 3);
    const middle = scrollTopFor(5_000_000, count, 22, 500, 0) ?? 0;
    const shown = visibleRows(count, 22, 500, middle);
    expect(shown.first).toBeLessThanOrEqual(5_000_000);
    expect(shown.end).toBeGreaterThan(5_000_000);
  });

  it('leaves the scroll bar where the row is in sight', () => {
    expect(scrollTopFor(12, 1000, 20, 200, 200)).toBeNull();
    expect(scrollTopFor(9, 1000, 20, 200, 200)).toBe(180);
    expect(scrollTopFor(20, 1000, 20, 200, 200)).toBe(220);
  });
});

describe('selection', () => {
  const key = (name: string, rest = {}) => ({ key: name, isExtending: false, isJumping: false, ...rest });
  const at = (row: number, column: number) => ({ anchor: { row, column }, head: { row, column } });

  it('begins at the first cell and moves within the grid', () => {
    expect(afterKey(null, key('ArrowDown'), 5, 3, 2)).toEqual(at(0, 0));
    expect(afterKey(at(4, 2), key('ArrowDown'), 5, 3, 2)).toEqual(at(4, 2));
    expect(afterKey(at(0, 1), key('PageDown'), 5, 3, 2)).toEqual(at(2, 1));
    expect(afterKey(at(1, 1), key('End', { isJumping: true }), 5, 3, 2)).toEqual(at(4, 2));
    expect(afterKey(at(0, 0), key('x'), 5, 3, 2)).toBeNull();
    expect(afterKey(null, key('ArrowDown'), 0, 3, 2)).toBeNull();
  });

  it('grows from where it began', () => {
    const grown = afterKey(at(3, 2), key('ArrowUp', { isExtending: true }), 5, 3, 2);
    expect(grown).toEqual({ anchor: { row: 3, column: 2 }, head: { row: 2, column: 2 } });
    const all = afterKey(null, key('a', { isJumping: true }), 5, 3, 2);
    expect(all && rectangleOf(all)).toEqual({ firstRow: 0, lastRow: 4, firstColumn: 0, lastColumn: 2 });
  });
});

describe('separated values', () => {
  const rows = [
    { n: -1, text: '=SUM(A1)', at: 'a\tb' },
    { n: 2, text: 'say "hi"\nthere', at: null },
  ];

  it('paste into a spreadsheet cell by cell, and run nothing there', () => {
    expect(tabSeparated(COLUMNS, rows, true)).toBe(
      'n\ttext\tat\n-1\t\'=SUM(A1)\t"a\tb"\n2\t"say ""hi""\nthere"\t',
    );
  });

  it('follow RFC 4180', () => {
    expect(commaSeparated(COLUMNS.slice(0, 2), [{ n: 1, text: 'a,b' }])).toBe('n,text\r\n1,"a,b"\r\n');
  });
});
