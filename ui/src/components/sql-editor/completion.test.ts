import { CompletionContext } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { expect, it } from 'vitest';
import { sqlCompletion } from './completion';
import { clickHouse } from './dialect';
import type { SqlSchema } from './schema';

const SCHEMA: SqlSchema = {
  defaultDatabase: 'click_lite',
  tables: [
    {
      database: 'click_lite',
      name: 'otel_logs',
      columns: [
        { name: 'Body', type: 'String' },
        { name: 'LogAttributes', type: 'Map(String, String)' },
      ],
    },
    { database: 'system', name: 'parts', columns: [{ name: 'active', type: 'UInt8' }] },
  ],
  functions: [{ name: 'uniqExact', isAggregate: true }],
  mapKeys: { LogAttributes: ['http.status', 'user'] },
};

/** Labels offered at the `|` of the text. */
async function offered(marked: string): Promise<string[]> {
  const cursor = marked.indexOf('|');
  const state = EditorState.create({ doc: marked.replace('|', ''), extensions: clickHouse.extension });
  const result = await sqlCompletion(() => SCHEMA)(new CompletionContext(state, cursor, false));
  return result?.options.map(({ label }) => label) ?? [];
}

it('offers columns of the tables that a statement uses, also when FROM stands behind', async () => {
  const names = await offered('SELECT a| FROM system.parts');
  expect(names).toContain('active');
  expect(names).not.toContain('Body');
  expect(names).toContain('uniqExact');
  expect(names).toContain('SELECT');
});

it('offers columns after an alias and tables after a database', async () => {
  expect(await offered('SELECT l.| FROM otel_logs l')).toEqual(['Body', 'LogAttributes']);
  expect(await offered('SELECT 1 FROM system.|')).toEqual(['parts']);
});

it('offers the keys of a map', async () => {
  expect(await offered("SELECT LogAttributes['ht|")).toEqual(['http.status', 'user']);
});

it('offers types in a parameter, and nothing in strings and comments', async () => {
  expect(await offered('SELECT {from:Da|')).toContain('DateTime64');
  expect(await offered("SELECT 'Bo|'")).toEqual([]);
  expect(await offered('SELECT 1 -- Bo|')).toEqual([]);
});
