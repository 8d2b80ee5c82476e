import { describe, expect, it } from 'vitest';
import type { SavedQuery } from '@/api/saved';
import { NEW_CONTENT, parametersOf, placesOf } from '@/components/saved/saved-text';
import { chosen, copyName, folderTree } from './library';
import { validateSavedSearch } from './saved-search';

function query(name: string, rest: Partial<SavedQuery> = {}): SavedQuery {
  return {
    ...NEW_CONTENT,
    id: name,
    name,
    owner: 'local',
    favourite: false,
    version: 1,
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
    deleted_at: null,
    last_used_at: null,
    last_run_at: null,
    last_run_ms: null,
    ...rest,
  };
}

describe('the library', () => {
  it('makes a tree of folders, also of those that only hold folders', () => {
    const tree = folderTree([
      { name: 'Web/Shop', count: 2 },
      { name: 'Ops', count: 1 },
      { name: 'Web', count: 1 },
    ]);
    expect(tree).toEqual([
      { name: 'Ops', path: 'Ops', count: 1, children: [] },
      {
        name: 'Web',
        path: 'Web',
        count: 3,
        children: [{ name: 'Shop', path: 'Web/Shop', count: 2, children: [] }],
      },
    ]);
  });

  it('narrows by words, folder, tag and favourites, and sorts', () => {
    const queries = [
      query('b errors', { folder: 'Web/Shop', tags: ['x'], last_used_at: '2026-01-03T00:00:00Z' }),
      query('a errors', { folder: 'Website', favourite: true }),
      query('c slow', { folder: 'Web', text: 'ERRORS of c', last_used_at: '2026-01-04T00:00:00Z' }),
    ];
    const names = (search: Parameters<typeof chosen>[1]) => chosen(queries, search).map(({ name }) => name);
    expect(names({})).toEqual(['a errors', 'b errors', 'c slow']);
    expect(names({ sort: 'used' })).toEqual(['c slow', 'b errors', 'a errors']);
    expect(names({ folder: 'Web' })).toEqual(['b errors', 'c slow']);
    expect(names({ q: 'Errors c' })).toEqual(['c slow']);
    expect(names({ tag: 'x' })).toEqual(['b errors']);
    expect(names({ favourites: true })).toEqual(['a errors']);
  });

  it('gives a copy a name of its own', () => {
    expect(copyName('Errors', [query('Errors')])).toBe('Errors (copy)');
    expect(copyName('Errors', [query('errors (copy)')])).toBe('Errors (copy 2)');
  });

  it('takes any address', () => {
    expect(validateSavedSearch({ tab: 'x', q: 5, sort: 'used', favourites: 'yes', other: 1 })).toEqual({
      q: '5',
      sort: 'used',
    });
  });
});

describe('places for parameters', () => {
  it('are found in a search, outside of quotes', () => {
    expect(placesOf('search', 'level:>=$level -service:$service "$no" a$no ($word) $level')).toEqual([
      { name: 'level', type: 'text' },
      { name: 'service', type: 'text' },
      { name: 'word', type: 'text' },
    ]);
  });

  it('are found in SQL with their types, without those of the time range', () => {
    expect(placesOf('sql', 'SELECT {a:Array(String)}, {from:DateTime64(9)} WHERE x = { b : UInt8 }')).toEqual(
      [
        { name: 'a', type: 'Array(String)' },
        { name: 'b', type: 'UInt8' },
      ],
    );
  });

  it('keep what is said of them while the text changes', () => {
    const known = {
      name: 'a',
      type: 'String',
      default: 'x',
      values: [],
      values_query: null,
      optional: false,
    };
    expect(parametersOf('sql', '{a:UInt8} {b:String}', [known])).toEqual([
      { ...known, type: 'UInt8' },
      { ...known, name: 'b', default: null },
    ]);
    expect(parametersOf('sql', 'SELECT 1', [known])).toEqual([]);
  });
});
