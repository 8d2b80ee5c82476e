import { expect, it } from 'vitest';
import { builtExport } from './built-export';
import type { BuilderResult } from './use-result';

const DATA: BuilderResult = {
  shape: 'table',
  columns: [],
  rows: [{ service: 'api' }],
  truncated: false,
  bucketSeconds: null,
  elapsedMs: 1,
};
const RESULT = {
  isError: false,
  isPlaceholderData: false,
  dataUpdatedAt: Date.parse('2026-11-28T04:51:00Z'),
};
const ASKED = { text: 'level:error', range: { from: 'now-24h', to: 'now' }, source: undefined };

it('exports what is shown, of the time range as it was then', () => {
  expect(builtExport(ASKED, { ...RESULT, data: DATA })).toMatchObject({
    query: 'level:error',
    from: '2026-11-27T04:51:00.000Z',
    to: '2026-11-28T04:51:00.000Z',
  });
});

it('exports nothing while another result is on its way, and where there are no rows', () => {
  const before = { ...RESULT, data: DATA, isPlaceholderData: true };
  expect(builtExport(ASKED, before)).toEqual({ obstacle: 'The search still runs' });
  const none = { ...RESULT, data: { ...DATA, rows: [] } };
  expect(builtExport(ASKED, none)).toEqual({ obstacle: 'There are no rows to export' });
});
