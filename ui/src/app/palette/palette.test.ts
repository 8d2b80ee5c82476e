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
      named: (path) =>
        path === '/api/v1/dashboards'
          ? Promise.reject(new Error('404'))
          : Promise.resolve([
              {
                id: 'a b',
                name: 'Errors',
                language: 'search',
                text: 'level:error',
                from: 'now-1h',
                to: 'now',
              },
              { id: 'c', name: 'By day', language: 'sql', text: 'SELECT 1', from: null, to: null },
            ]),
    },
  });
  expect(found.map(({ title, href }) => [title, href])).toEqual([
    ['level:error', '/explore?q=%22level%3Aerror%22'],
    ['Errors', '/explore?q=%22level%3Aerror%22&from=%22now-1h%22&to=%22now%22'],
    ['By day', '/sql?sql=%22SELECT+1%22&title=%22By+day%22'],
  ]);
  expect(recentSearches({ getItem: () => '{' })).toEqual([]);
});
