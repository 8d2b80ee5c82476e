import { expect, it } from 'vitest';
import { loadFound, recentSearches } from './finders';
import { rank, ranked } from './rank';

it('puts what begins as typed before what only holds it', () => {
  const titles = ['Show the SQL of the search', 'Go to SQL', 'SQL page', 'mysql.query', 'Zoom out'];
  expect(ranked(titles, 'sql', (title) => title)).toEqual([
    'SQL page',
    'Show the SQL of the search',
    'Go to SQL',
    'mysql.query',
  ]);
  expect(rank('Copy the row as JSON', 'json copy')).toBeGreaterThan(0);
  expect(rank('Copy the row as JSON', 'json paste')).toBe(0);
  expect(ranked(titles, '', (title) => title)).toEqual(titles);
});

it('finds what it can where a part of the server has no answer', async () => {
  const storage = { getItem: () => '["level:error", 7]' };
  const found = await loadFound({
    storage,
    api: {
      fields: () => Promise.reject(new Error('no engine')),
      notes: () => Promise.resolve([]),
      named: () => Promise.resolve([{ id: 'a b', name: 'Overview' }]),
    },
  });
  expect(found.map(({ title, href }) => [title, href])).toEqual([
    ['level:error', '/explore?q=%22level%3Aerror%22'],
    ['Overview', '/dashboards/a%20b'],
  ]);
  expect(recentSearches({ getItem: () => '{' })).toEqual([]);
});
