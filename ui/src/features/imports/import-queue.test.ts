import { describe, expect, it } from 'vitest';
import { ApiError } from '@/api/errors';
import type { Import, ImportPreview } from '@/api/types';
import {
  canStart,
  fractionDone,
  isSettled,
  reduceQueue,
  remainingMs,
  type QueuedFile,
  type QueueEvent,
} from './import-queue';

const file = (name: string) => ({ name, path: null, handle: null });
const info = { name: 'a.log', path: null, size_bytes: 100, modified: null, fingerprint: 'f' };
const preview = {
  format: 'text',
  title: 'Text',
  confidence: 1,
  encoding: 'none',
  rows: [],
  problem: null,
} as ImportPreview;
const imported = (change: Partial<Import> = {}): Import =>
  ({
    id: 'x',
    state: 'done',
    size_bytes: 100,
    bytes_read: 0,
    bytes_per_second: 0,
    rows: 5,
    error: null,
    ...change,
  }) as Import;

function after(...events: QueueEvent[]): readonly QueuedFile[] {
  return events.reduce<readonly QueuedFile[]>(reduceQueue, []);
}

const added: QueueEvent = { type: 'added', files: [{ id: 'a', file: file('a.log') }] };
const inspected: QueueEvent = { type: 'inspected', id: 'a', info, preview, earlier: null };

describe('the queue of files', () => {
  it('starts only what was looked at', () => {
    expect(after(added, { type: 'started' })[0]?.phase).toEqual({ name: 'inspecting' });
    expect(after(added, inspected, { type: 'started' })[0]?.phase).toEqual({ name: 'waiting' });
  });

  it('does not start a file that was imported before, until the user says so', () => {
    const again: QueueEvent = { ...inspected, earlier: imported() };
    expect(after(added, again, { type: 'started' })[0]?.phase.name).toBe('chosen');
    const confirmed = after(added, again, { type: 'againChosen', id: 'a', again: true }, { type: 'started' });
    expect(confirmed[0]).toMatchObject({ again: true, phase: { name: 'waiting' } });
  });

  it('does not start a file that is none, and does once a chosen format makes it one', () => {
    const binary = { ...preview, problem: { code: 'import.binary', message: 'a picture' } };
    const queue = after(added, { ...inspected, preview: binary });
    expect(queue.map(canStart)).toEqual([false]);
    expect(reduceQueue(queue, { type: 'previewed', id: 'a', preview }).map(canStart)).toEqual([true]);
  });

  it('follows a file to its end', () => {
    const progress = imported({ state: 'running', bytes_read: 25, bytes_per_second: 50 });
    const running = after(added, inspected, { type: 'started' }, { type: 'running', id: 'a' });
    expect(running.map(fractionDone)).toEqual([null]);
    const half = reduceQueue(running, { type: 'progressed', id: 'a', progress });
    expect(half.map(fractionDone)).toEqual([0.25]);
    expect(remainingMs(progress)).toBe(1500);
    const finished = reduceQueue(half, { type: 'finished', id: 'a', result: imported() });
    expect(finished.map(isSettled)).toEqual([true]);
    // News that was under way when the answer came.
    expect(reduceQueue(finished, { type: 'progressed', id: 'a', progress })).toEqual(finished);
  });

  it('asks again, under a new id, where the server knows the file after all', () => {
    const queue = after(
      added,
      inspected,
      { type: 'started' },
      { type: 'running', id: 'a' },
      {
        type: 'duplicated',
        id: 'a',
        newId: 'b',
        earlier: imported(),
      },
    );
    expect(queue[0]).toMatchObject({
      id: 'b',
      again: false,
      phase: { name: 'chosen', earlier: { rows: 5 } },
    });
  });

  it('keeps what was reached when a file is cancelled, and does not cancel what is over', () => {
    const progress = imported({ state: 'running', rows: 3 });
    const running = after(
      added,
      inspected,
      { type: 'started' },
      { type: 'running', id: 'a' },
      { type: 'progressed', id: 'a', progress },
    );
    expect(reduceQueue(running, { type: 'cancelled', id: 'a' })[0]?.phase).toEqual({
      name: 'cancelled',
      progress,
    });
    const failed = reduceQueue(running, { type: 'failed', id: 'a', error: ApiError.unreachable() });
    expect(reduceQueue(failed, { type: 'cancelled', id: 'a' })).toEqual(failed);
  });

  it('removes any file but the one that runs', () => {
    const running = after(added, inspected, { type: 'started' }, { type: 'running', id: 'a' });
    expect(reduceQueue(running, { type: 'removed', id: 'a' })).toHaveLength(1);
    expect(reduceQueue(after(added), { type: 'removed', id: 'a' })).toEqual([]);
  });

  it('cannot tell the rest of what has no size or no speed', () => {
    expect(remainingMs(imported({ size_bytes: null, bytes_per_second: 5 }))).toBeNull();
    expect(remainingMs(imported({ bytes_per_second: 0 }))).toBeNull();
  });
});
