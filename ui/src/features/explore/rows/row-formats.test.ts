import { expect, it } from 'vitest';
import { logRow } from '@/test/log-row';
import { asCsv, asCurl, asJson, asNdjson, asText, searchFor, spanOf } from './row-formats';

const first = logRow({
  IngestId: '7',
  Body: '\u001b[31mred\u001b[0m, "quoted"',
  LogAttributes: { code: '=1+1' },
});
const second = logRow({ IngestId: '8', Timestamp: '2026-11-20T00:00:02.5Z', LogAttributes: { code: '-5' } });

it('copies rows as text without the colours of a terminal', () => {
  expect(asText([first])).toBe('2026-11-20T00:00:03.123456789Z error api red, "quoted"');
});

it('copies one row as an object and several as an array', () => {
  expect(JSON.parse(asJson([first]))).toMatchObject({ IngestId: '7' });
  expect(JSON.parse(asJson([first, second]))).toHaveLength(2);
  expect(
    asNdjson([first, second])
      .split('\n')
      .map((line) => (JSON.parse(line) as { IngestId: string }).IngestId),
  ).toEqual(['7', '8']);
});

it('copies CSV that a spreadsheet reads as text', () => {
  expect(asCsv([first, second], ['code', 'message'])).toBe(
    'code,message\r\n\'=1+1,"red, ""quoted"""\r\n-5,connection refused',
  );
});

it('finds the rows again by their ids within their span of time', () => {
  expect(searchFor([first, second])).toBe('IngestId:(7 OR 8)');
  expect(spanOf([first, second])).toEqual({ from: '2026-11-20T00:00:02.5Z', to: '2026-11-20T00:00:03.124Z' });
  expect(asCurl([first], 'http://127.0.0.1:7410')).toContain(
    `-d '{"query":"IngestId:7","from":"2026-11-20T00:00:03.123456789Z","to":"2026-11-20T00:00:03.124Z","limit":1}'`,
  );
});
