import { describe, expect, it } from 'vitest';
import { columnsParameter, rangeParameters, readState, validateExploreSearch } from './search-state';

describe('the URL', () => {
  it('without parameters is the default search', () => {
    expect(readState({})).toEqual({
      query: '',
      range: { from: 'now-15m', to: 'now' },
      columns: ['time', 'level', 'service', 'message'],
      pinned: 0,
    });
  });

  it.each([
    { from: null, to: null },
    { from: 'now-1h', to: 'now' },
    { from: '2026-11-20T10:00:00.000Z', to: '2026-11-20T11:00:00.000Z' },
    { from: null, to: '2026-11-20T11:00:00.000Z' },
  ])('holds the range $from to $to', (range) => {
    expect(
      readState(rangeParameters(range).to === undefined ? { from: 'all' } : rangeParameters(range)).range,
    ).toEqual(range);
  });

  it('holds columns, those with commas too', () => {
    const columns = ['time', 'a,b', 'message'];
    expect(readState({ cols: columnsParameter(columns) ?? '' }).columns).toEqual(columns);
    expect(columnsParameter(['time', 'level', 'service', 'message'])).toBeUndefined();
  });

  it('takes numbers that the router parsed for text, and drops what is not ours', () => {
    expect(validateExploreSearch({ q: 500, row: 12, other: 'x', cols: '', from: null })).toEqual({
      q: '500',
      row: '12',
    });
  });
});
