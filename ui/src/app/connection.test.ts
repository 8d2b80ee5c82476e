import { describe, expect, it } from 'vitest';
import { ApiError } from '@/api/errors';
import type { Status } from '@/api/types';
import type { ServerState } from '@/platform/platform';
import { connectionOf } from './connection';

const SPOOL: Status['spool'] = {
  pending_bytes: 0,
  pending_rows: 0,
  limit_bytes: 1,
  oldest_age_ms: 0,
  lag_seconds: 0,
  dead_letters: 0,
  dead_bytes: 0,
  dead_limit_bytes: 1,
};

function status(change: Partial<Status['engine']> = {}, rest: Partial<Status> = {}): Status {
  return {
    version: '0.1.0',
    state: 'ready',
    engine: {
      kind: 'embedded',
      state: 'ready',
      message: null,
      restarts: 0,
      url: '',
      version: '26.7',
      ...change,
    },
    ingest: { rows_per_second: 0, bytes_per_second: 0, accepted_rows: 0 },
    spool: SPOOL,
    alarms: [],
    storage: null,
    listeners: { http: '127.0.0.1:7410' },
    data_dir: '/data',
    ...rest,
  };
}

const shell = (state: ServerState['state']): ServerState => ({
  state,
  message: 'port taken',
  version: '',
  log_path: '',
  data_dir: '',
});

describe('the connection', () => {
  it('is ready when the engine is', () => {
    expect(connectionOf(status(), null, null)).toEqual({
      tone: 'good',
      text: 'Ready',
      detail: 'Embedded ClickHouse 26.7',
    });
    expect(connectionOf(status({ restarts: 2 }), null, null).detail).toContain('restarted 2×');
  });

  it('says that the engine restarts, and that rows are safe meanwhile', () => {
    const spool = { ...SPOOL, pending_bytes: 10, pending_rows: 3, limit_bytes: 100, oldest_age_ms: 5 };
    const connection = connectionOf(
      status({ state: 'restarting', message: 'It was killed.' }, { state: 'degraded', spool }),
      null,
      null,
    );
    expect(connection).toMatchObject({ tone: 'caution', text: 'Restarting the engine…' });
    expect(connection.detail).toBe('It was killed. Rows that arrive are kept on disk until it is back.');
  });

  it('names a remote ClickHouse as such', () => {
    expect(connectionOf(status({ kind: 'remote', state: 'down' }), null, null).text).toBe(
      'ClickHouse does not answer',
    );
  });

  it('believes the newest failure over an older answer', () => {
    expect(connectionOf(status(), ApiError.unreachable(), null)).toMatchObject({
      tone: 'bad',
      text: 'No connection to the server',
    });
  });

  it('knows from the shell why nobody answers', () => {
    expect(connectionOf(undefined, ApiError.unreachable(), shell('restarting')).text).toBe(
      'Restarting the server…',
    );
    expect(connectionOf(undefined, ApiError.unreachable(), shell('down'))).toMatchObject({
      tone: 'bad',
      detail: 'port taken',
    });
    expect(connectionOf(status(), null, shell('ready')).text).toBe('Ready');
  });

  it('asks for a sign-in before it speaks of the connection', () => {
    const error = new ApiError(401, { code: 'access.unauthenticated', message: 'sign in' });
    expect(connectionOf(undefined, error, null).text).toBe('Not signed in');
  });
});
