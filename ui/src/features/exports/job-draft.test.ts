import { describe, expect, it } from 'vitest';
import type { ExportJobContent } from '@/api/export-jobs';
import { contentOf, draftOf, ignoresRange, missingIn, newDraft } from './job-draft';

const JOB: ExportJobContent = {
  name: 'Errors',
  enabled: false,
  schedule: '0 7 * * 1-5',
  time_zone: 'Europe/Berlin',
  period: 'day',
  query: 'level:error',
  source: 'shop',
  columns: ['time', 'message'],
  format: 'csv',
  keep_files: 7,
};

describe('drafts of scheduled exports', () => {
  it.each<ExportJobContent>([
    JOB,
    { ...JOB, schedule: '*/5 * * * *', columns: [], limit: 5 },
    {
      name: 'n',
      enabled: true,
      schedule: '0 7 * * *',
      time_zone: 'UTC',
      format: 'xlsx',
      keep_files: 30,
      from: 'now-7d',
      query: '',
    },
    {
      name: 'n',
      enabled: true,
      schedule: '0 7 * * *',
      time_zone: 'UTC',
      format: 'parquet',
      keep_files: 30,
      sql: 'SELECT {a:String}',
      params: { a: 'x' },
    },
  ])('come back as they were', (job) => {
    const { columns = [], ...rest } = job;
    expect(contentOf(draftOf(job))).toEqual({ ...rest, ...(columns.length > 0 ? { columns } : {}) });
  });

  it('begin with what was shown', () => {
    const link = { query: 'level:error', from: 'now-1h', to: 'now', columns: ['time', 'message'] };
    expect(contentOf(newDraft(link))).toMatchObject({
      query: 'level:error',
      from: 'now-1h',
      to: 'now',
      columns: ['time', 'message'],
      schedule: '0 7 * * *',
      time_zone: 'Europe/Berlin',
    });
  });

  it('never ask for the same fixed range again and again', () => {
    const fixed = {
      from: '2026-11-01T00:00:00Z',
      to: '2026-11-02T00:00:00Z',
      sql: 'SELECT 1',
      params: { a: 1 },
    };
    const content = contentOf(newDraft(fixed));
    expect(content).toMatchObject({ period: 'day', sql: 'SELECT 1', params: { a: 1 } });
    expect(content).not.toHaveProperty('from');
    expect(content).not.toHaveProperty('query');
  });

  it('leave out columns of what pipes make', () => {
    const draft = { ...draftOf(JOB), query: 'level:error | stats count() by service' };
    expect(contentOf(draft)).not.toHaveProperty('columns');
  });

  it('know a statement that reads all time', () => {
    const draft = (sql: string) => newDraft({ sql });
    expect(ignoresRange(draft('SELECT 1'))).toBe(true);
    expect(ignoresRange({ ...draft('SELECT 1'), range: 'all' })).toBe(false);
    expect(ignoresRange(draft('SELECT 1 WHERE Timestamp >= {from:DateTime64(9)}'))).toBe(false);
    expect(ignoresRange(newDraft({ query: 'a' }))).toBe(false);
  });

  it('say what is missing', () => {
    expect(missingIn(newDraft({}))).toBe('It needs a name');
    expect(missingIn({ ...newDraft({ sql: ' ' }), name: 'x' })).toBe('It needs a statement');
    expect(missingIn({ ...newDraft({}), name: 'x' })).toBeNull();
  });
});
