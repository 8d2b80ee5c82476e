import { ApiError } from '@/api/errors';
import type { Status } from '@/api/types';
import { formatDuration } from '@/lib/format/numbers';
import type { ServerState } from '@/platform/platform';

export type Tone = 'good' | 'caution' | 'bad' | 'quiet';

export interface Connection {
  tone: Tone;
  /** A few words for the status bar. */
  text: string;
  /** What lies behind it, for the tooltip. */
  detail: string | null;
}

/**
 * One sentence about whether searches and ingestion work now, from what the server says of itself and, on the desktop,
 * what the shell says of the server's process.
 */
export function connectionOf(
  status: Status | undefined,
  error: unknown,
  process: ServerState | null,
): Connection {
  if (process?.state === 'starting')
    return { tone: 'caution', text: 'Starting the server…', detail: process.message };
  if (process?.state === 'restarting') {
    return { tone: 'caution', text: 'Restarting the server…', detail: process.message };
  }
  if (process?.state === 'down')
    return { tone: 'bad', text: 'The server is not running', detail: process.message };
  if (error instanceof ApiError && error.status === 401) {
    return { tone: 'bad', text: 'Not signed in', detail: error.message };
  }
  if (error !== null && error !== undefined) {
    const detail = error instanceof Error ? error.message : null;
    return { tone: 'bad', text: 'No connection to the server', detail };
  }
  if (status === undefined) return { tone: 'quiet', text: 'Connecting…', detail: null };
  return engineConnection(status);
}

function engineConnection(status: Status): Connection {
  const { engine, spool } = status;
  const name = engine.kind === 'embedded' ? 'the engine' : 'ClickHouse';
  const waiting = spool.pending_rows > 0 ? ` Rows that arrive are kept on disk until it is back.` : '';
  if (status.state === 'stopping') return { tone: 'caution', text: 'The server is stopping…', detail: null };
  switch (engine.state) {
    case 'starting':
      return { tone: 'caution', text: `Starting ${name}…`, detail: engine.message };
    case 'restarting':
      return {
        tone: 'caution',
        text: `Restarting ${name}…`,
        detail: `${engine.message ?? ''}${waiting}`.trim(),
      };
    case 'down':
      return {
        tone: 'bad',
        text: engine.kind === 'embedded' ? 'The engine is down' : 'ClickHouse does not answer',
        detail: `${engine.message ?? ''}${waiting}`.trim(),
      };
    case 'ready':
      if (status.state === 'degraded') {
        return {
          tone: 'caution',
          text: 'Storing is behind',
          detail: `The oldest row waits since ${formatDuration(spool.oldest_age_ms)}.`,
        };
      }
      return { tone: 'good', text: 'Ready', detail: engineDetail(status) };
  }
}

function engineDetail({ engine }: Status): string {
  const version = engine.version === '' ? '' : ` ${engine.version}`;
  const where =
    engine.kind === 'embedded' ? `Embedded ClickHouse${version}` : `ClickHouse${version} at ${engine.url}`;
  return engine.restarts === 0 ? where : `${where}, restarted ${engine.restarts}×`;
}
