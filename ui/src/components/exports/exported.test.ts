import { describe, expect, it } from 'vitest';
import { exportRequest, fileNameOf } from './export-request';
import { searchExport, spanAt, sqlExport } from './exported';

const OPTIONS = { name: 'click-lite-2026-11-28-0451', queryId: 'q1', isConfirmed: false };
const AT = Date.parse('2026-11-28T04:51:00Z');

describe('the request', () => {
  it('asks for the search that is shown, with its columns in their order', () => {
    const shown = {
      id: 3,
      query: 'level:error',
      from: '2026-11-28T04:36:00.000Z',
      to: '2026-11-28T04:51:00.000Z',
    };
    const exported = searchExport(shown, ['time', 'message', 'http.status']);
    expect(JSON.parse(JSON.stringify(exportRequest(exported, 'xlsx', OPTIONS)))).toEqual({
      query: 'level:error',
      from: '2026-11-28T04:36:00.000Z',
      to: '2026-11-28T04:51:00.000Z',
      columns: ['time', 'message', 'http.status'],
      format: 'xlsx',
      name: 'click-lite-2026-11-28-0451',
      query_id: 'q1',
      budget: { confirmed: false },
    });
  });

  it('names the source, and leaves columns out where pipes make their own', () => {
    const piped = {
      query: '* | stats count() by service',
      from: undefined,
      to: undefined,
      source: 'archive',
    };
    const request = exportRequest(searchExport(piped, ['time', 'message']), 'csv', {
      ...OPTIONS,
      isConfirmed: true,
    });
    expect(JSON.parse(JSON.stringify(request))).toEqual({
      query: '* | stats count() by service',
      source: 'archive',
      format: 'csv',
      name: 'click-lite-2026-11-28-0451',
      query_id: 'q1',
      budget: { confirmed: true },
    });
  });

  it('knows a pipe in quotes from one that makes a table', () => {
    const quoted = { query: '"a | b"', from: undefined, to: undefined };
    expect(searchExport(quoted, ['time'])).toMatchObject({ columns: ['time'] });
  });

  it('asks for the statement that ran, its parameters and the times that it ran for', () => {
    const statement = {
      sql: 'SELECT {n:UInt8}',
      params: { n: 3 },
      from: 'now-1h',
      to: 'now',
      source: 'archive',
    };
    const exported = sqlExport(statement, AT, 'Errors by service');
    expect(exportRequest(exported, 'parquet', OPTIONS)).toEqual({
      sql: 'SELECT {n:UInt8}',
      params: { n: 3 },
      source: 'archive',
      from: '2026-11-28T03:51:00.000Z',
      to: '2026-11-28T04:51:00.000Z',
      format: 'parquet',
      name: 'click-lite-2026-11-28-0451',
      query_id: 'q1',
      budget: { confirmed: false },
    });
  });
});

it('leaves absolute and open ends of a range as they are', () => {
  expect(spanAt({ from: '2026-11-01T00:00:00.123456789Z', to: undefined }, AT)).toEqual({
    from: '2026-11-01T00:00:00.123456789Z',
    to: undefined,
  });
});

describe('the name of the file', () => {
  it('says what it is and when it was made, in the zone of the user', () => {
    expect(fileNameOf('click-lite', AT, 'utc')).toBe('click-lite-2026-11-28-0451');
    expect(fileNameOf('Errors by service', AT, 'utc')).toBe('Errors by service-2026-11-28-0451');
  });

  it('has nothing that a system refuses in it', () => {
    expect(fileNameOf('..\\a/b: "c"\n<d>|e?*', AT, 'utc')).toBe('a b c d e-2026-11-28-0451');
    expect(fileNameOf(' / ', AT, 'utc')).toBe('click-lite-2026-11-28-0451');
    expect(fileNameOf('日'.repeat(300), AT, 'utc')).toHaveLength(100 + 16);
  });

  it('is of the tab, where that was given one', () => {
    const statement = { sql: 'SELECT 1', params: {} };
    expect(sqlExport(statement, AT, 'Query 12').name).toBe('click-lite');
    expect(sqlExport(statement, AT, 'Slow orders').name).toBe('Slow orders');
  });
});
