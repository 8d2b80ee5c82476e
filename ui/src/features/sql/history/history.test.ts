import { expect, it } from 'vitest';
import { found, withEntry, type HistoryEntry } from './history';

const entry = (sql: string): HistoryEntry => ({ sql, at: '', elapsed_ms: 1, rows: 1, error: null });

it('keeps each statement once, the newest first', () => {
  const entries = withEntry(withEntry(withEntry([], entry('a')), entry('b')), entry('a'));
  expect(entries.map(({ sql }) => sql)).toEqual(['a', 'b']);
  const elsewhere = withEntry(entries, { ...entry('a'), source: 'orders' });
  expect(elsewhere.map(({ sql, source }) => [sql, source])).toEqual([
    ['a', 'orders'],
    ['a', undefined],
    ['b', undefined],
  ]);
  expect(found(elsewhere, 'orders')).toEqual([elsewhere[0]]);
});

it('keeps no statement that would fill the storage, and not too many', () => {
  expect(withEntry([], entry('x'.repeat(30_000)))).toEqual([]);
  let entries: HistoryEntry[] = [];
  for (let index = 0; index < 400; index += 1) entries = withEntry(entries, entry(String(index)));
  expect(entries).toHaveLength(300);
  expect(entries[0]?.sql).toBe('399');
});

it('finds by words in any order and case', () => {
  const entries = [entry('SELECT count() FROM otel_logs'), entry('SELECT 1')];
  expect(found(entries, 'otel COUNT')).toEqual([entries[0]]);
  expect(found(entries, ' ')).toEqual(entries);
});
