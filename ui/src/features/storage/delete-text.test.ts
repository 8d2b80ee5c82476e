import { describe, expect, it } from 'vitest';
import type { DeletePreview, StorageRun } from '@/api/types';
import { deleteText, isUnfinished, outcomeText, runTitle, waitingText } from './delete-text';

const preview: DeletePreview = {
  rows: 12_345_678,
  bytes: 1_230_000_000,
  rows_are_estimated: false,
  bytes_are_estimated: false,
  oldest: '2026-03-03T10:00:00.000000000Z',
  first_day: '2026-03-03',
  last_day: '2026-04-01',
  by_rule: [],
  by_day: [],
  waiting_rows: 0,
};

const run: StorageRun = {
  id: 'r',
  kind: 'retention',
  subject: null,
  signals: ['logs', 'traces'],
  cause: 'schedule',
  state: 'done',
  queued_at: '2026-11-23T00:05:00Z',
  started_at: null,
  finished_at: null,
  elapsed_ms: null,
  rows_deleted: 0,
  bytes_freed: 0,
  bytes_moved: 0,
  steps: [],
  error: null,
};

/** Thin and no-break spaces as plain ones. */
const plain = (text: string): string => text.replace(/[\u2009\u00a0]/g, ' ');

describe('what is said about a deletion', () => {
  it('gives rows, bytes and the oldest, and says what is an estimate', () => {
    expect(plain(deleteText(preview))).toBe(
      '12 345 678 rows, 1.23 GB, will be deleted. The oldest is of 2026-03-03.',
    );
    expect(plain(deleteText({ ...preview, bytes_are_estimated: true }))).toContain('about 1.23 GB');
    expect(deleteText({ ...preview, rows: 0, bytes: 0, oldest: null })).toBe('Nothing will be deleted.');
  });

  it('warns of records that are not stored yet', () => {
    expect(waitingText(preview)).toBeNull();
    expect(plain(waitingText({ ...preview, waiting_rows: 1 }) ?? '')).toMatch(/1 row that was received/);
  });

  it('names runs and their outcome', () => {
    expect(runTitle({ ...run, kind: 'drop_service', subject: 'api' })).toBe('Delete the service api');
    expect(runTitle({ ...run, kind: 'drop_service', subject: '' })).toBe('Delete the service (none)');
    expect(outcomeText(run)).toBe('Nothing to do');
    expect(outcomeText({ ...run, rows_deleted: 4 })).toBe('Done');
    expect(plain(outcomeText({ ...run, state: 'running', rows_deleted: 4 }))).toBe('Running, 4 rows so far');
    expect(isUnfinished({ ...run, state: 'queued' })).toBe(true);
  });
});
