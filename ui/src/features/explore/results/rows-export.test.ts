import { expect, it } from 'vitest';
import { rowsExport } from './rows-export';

const rowsOf = {
  id: 1,
  query: 'level:error',
  from: '2026-11-28T04:36:00.000Z',
  to: '2026-11-28T04:51:00.000Z',
};

it('exports the rows that are shown, though another search already runs', () => {
  expect(rowsExport({ hasRows: true, status: 'running', rowsOf }, ['time', 'message'])).toMatchObject({
    query: 'level:error',
    from: '2026-11-28T04:36:00.000Z',
    to: '2026-11-28T04:51:00.000Z',
    columns: ['time', 'message'],
  });
});

it('says why there is nothing to export', () => {
  expect(rowsExport({ hasRows: false, status: 'running', rowsOf: null }, [])).toEqual({
    obstacle: 'The search still runs',
  });
  expect(rowsExport({ hasRows: false, status: 'done', rowsOf }, [])).toEqual({
    obstacle: 'There are no rows to export',
  });
});
