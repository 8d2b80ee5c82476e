import { act, renderHook } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { logRow } from '@/test/log-row';
import { RowList } from '../state/row-list';
import { SearchSession } from '../state/search-session';
import { usePickedRows } from './picked-rows';

const rows = ['9', '8', '7', '6', '5'].map((IngestId) => logRow({ IngestId }));
const row = (id: string) => rows.find(({ IngestId }) => IngestId === id) ?? logRow();

it('picks one by one, from one to another, and all', () => {
  const session = new SearchSession({ searchStream: () => new Promise(() => undefined) });
  const results = { ...session.get(), rows: RowList.of(rows) };
  vi.spyOn(session, 'get').mockReturnValue(results);
  const { result } = renderHook(() => usePickedRows(session));
  const picked = () => result.current.rows.map(({ IngestId }) => IngestId).join(' ');
  act(() => result.current.toggle(row('6')));
  act(() => result.current.toggle(row('9')));
  // In the order of the list.
  expect(picked()).toBe('9 6');
  act(() => result.current.toggle(row('6')));
  expect(picked()).toBe('9');
  act(() => result.current.extendTo(row('7'), undefined));
  // From the row that was toggled last, and again from there.
  expect(picked()).toBe('7 6');
  act(() => result.current.extendTo(row('8'), undefined));
  expect(picked()).toBe('8 7 6');
  act(() => result.current.all());
  expect(result.current.rows).toHaveLength(5);
  act(() => result.current.clear());
  expect(picked()).toBe('');
  act(() => result.current.extendTo(row('5'), row('7')));
  expect(picked()).toBe('7 6 5');
});
