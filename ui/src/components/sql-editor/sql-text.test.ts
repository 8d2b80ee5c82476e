import { describe, expect, it } from 'vitest';
import { tablesInUse, type SqlSchema } from './schema';
import { identifier, parameterPlaces, parametersOf, statementAt, statementsOf } from './sql-text';

describe('parameters', () => {
  it('are found where they are, each name once', () => {
    const sql =
      "SELECT {a:String}, '{b:String}' -- {c:String}\nWHERE t >= { from : DateTime64(9) } AND x = {a:String}";
    expect(parametersOf(sql)).toEqual([
      { name: 'a', type: 'String' },
      { name: 'from', type: 'DateTime64(9)' },
    ]);
    expect(parameterPlaces(sql).map(({ from, to }) => sql.slice(from, to))).toEqual([
      '{a:String}',
      '{ from : DateTime64(9) }',
      '{a:String}',
    ]);
  });

  it('are not seen in quoted names, block comments or maps', () => {
    expect(parametersOf('SELECT `{a:String}`, "{b:Int8}" /* {c:Int8} */, {\'k\': 1}')).toEqual([]);
  });
});

describe('statements', () => {
  const sql = "SELECT ';' ;\n-- a note; with a semicolon\n;\nSELECT 2\n";

  it('are cut at semicolons that are none of a string or comment', () => {
    expect(statementsOf(sql).map(({ text }) => text)).toEqual(["SELECT ';'", 'SELECT 2']);
    expect(statementsOf('  ').length).toBe(0);
  });

  it('keep a comment that belongs to them', () => {
    expect(statementsOf('-- why\nSELECT 1;').map(({ text }) => text)).toEqual(['-- why\nSELECT 1']);
  });

  it('are found by the cursor', () => {
    expect(statementAt(sql, 3)?.text).toBe("SELECT ';'");
    expect(statementAt(sql, sql.length)?.text).toBe('SELECT 2');
    expect(statementAt(sql, sql.indexOf('SELECT 2'))?.text).toBe('SELECT 2');
    expect(statementAt('', 0)).toBeNull();
  });
});

describe('tables of a statement', () => {
  const schema: SqlSchema = {
    defaultDatabase: 'click_lite',
    tables: [
      { database: 'click_lite', name: 'otel_logs', columns: [] },
      { database: 'system', name: 'parts', columns: [] },
    ],
    functions: [],
  };

  it('are known by name and alias', () => {
    const used = tablesInUse(schema, 'SELECT 1 FROM otel_logs AS l JOIN system.parts p ON 1 WHERE 1');
    expect([...used].map(([name, table]) => `${name}=${table.name}`)).toEqual([
      'otel_logs=otel_logs',
      'l=otel_logs',
      'parts=parts',
      'p=parts',
    ]);
  });

  it('take no clause for an alias', () => {
    expect([...tablesInUse(schema, 'SELECT 1 FROM otel_logs WHERE 1').keys()]).toEqual(['otel_logs']);
  });
});

it('quotes names that are no plain word', () => {
  expect(identifier('Body')).toBe('Body');
  expect(identifier('http.status')).toBe('`http.status`');
  expect(identifier('a`b')).toBe('`a\\`b`');
});
