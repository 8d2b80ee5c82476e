import { beforeEach, expect, it } from 'vitest';
import { readHistory, remember } from './session-history';

beforeEach(() => window.sessionStorage.clear());

it('keeps each search once, the last first, and not without end', () => {
  const storage = window.sessionStorage;
  const range = { from: 'now-1h', to: 'now' };
  for (let at = 0; at < 50; at += 1) remember(storage, { query: `q${at}`, range, at });
  remember(storage, { query: 'q20', range, at: 60 });
  const history = readHistory(storage);
  expect(history).toHaveLength(40);
  expect(history.slice(0, 2).map(({ query }) => query)).toEqual(['q20', 'q49']);
  expect(history.filter(({ query }) => query === 'q20')).toHaveLength(1);
});

it('takes what is no history for none', () => {
  for (const text of ['', '{', '7', '[1,{"query":1}]']) {
    window.sessionStorage.setItem('click-lite.explore.session-history', text);
    expect(readHistory(window.sessionStorage)).toEqual([]);
  }
});
