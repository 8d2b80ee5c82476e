import { beforeEach, describe, expect, it, vi } from 'vitest';
import { logRow } from '@/test/log-row';
import type { TailHandlers } from '@/platform/platform';
import type { TailCommand } from './messages';
import { TailSession } from './tail-session';

/** A server's side of the socket that a session opens. */
function open(query = '') {
  const sent: TailCommand[] = [];
  const sockets: TailHandlers[] = [];
  let paint: () => void = () => undefined;
  const session = new TailSession(
    {
      connect: (handlers) => {
        sockets.push(handlers);
        return { send: (message) => sent.push(JSON.parse(message) as TailCommand), close: () => undefined };
      },
      schedule: (run) => {
        paint = run;
      },
    },
    query,
  );
  const close = session.open();
  const say = (message: object) =>
    sockets
      .at(-1)
      ?.onMessages([
        JSON.stringify({ id: sent.findLast(({ type }) => type === 'subscribe')?.id, ...message }),
      ]);
  sockets[0]?.onOpen();
  return { session, sent, sockets, say, close, paint: () => paint() };
}

const rows = (...ids: string[]) => ids.map((id) => logRow({ IngestId: id }));

describe('a tail', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    return () => vi.useRealTimers();
  });

  it('draws what came since the last paint at once', () => {
    const { session, say, paint } = open();
    const changes = vi.fn();
    session.subscribe(changes);
    say({ type: 'rows', resume: 't-1', rows: rows('1', '2') });
    say({ type: 'rows', resume: 't-2', rows: rows('3') });
    expect(changes).not.toHaveBeenCalled();
    paint();
    expect(changes).toHaveBeenCalledTimes(1);
    expect(session.get().rows.map((row) => row.IngestId)).toEqual(['1', '2', '3']);
  });

  it('goes on behind the last row after the connection broke', () => {
    const { sent, sockets, say } = open('level:error');
    expect(sent[0]).toMatchObject({ type: 'subscribe', query: 'level:error', last: 200 });
    say({ type: 'rows', resume: 't-9', rows: rows('9') });
    sockets[0]?.onClose();
    vi.advanceTimersByTime(250);
    sockets[1]?.onOpen();
    expect(sent.at(-1)).toMatchObject({ type: 'subscribe', resume: 't-9' });
    expect(sent.at(-1)).not.toHaveProperty('last');
  });

  it('starts anew where the token is of another server', () => {
    const { sent, say } = open();
    say({ type: 'rows', resume: 't-9', rows: rows('9') });
    say({ type: 'error', error: { code: 'tail.resume', message: 'not ours' } });
    expect(sent.at(-1)).toMatchObject({ type: 'subscribe', last: 200 });
  });

  it('hears nothing more of a filter that was changed', () => {
    const { session, sent, say, paint } = open('a');
    const before = sent[0]?.id;
    session.follow('b', undefined);
    expect(sent.slice(-2)).toMatchObject([
      { type: 'unsubscribe', id: before },
      { type: 'subscribe', query: 'b' },
    ]);
    say({ type: 'rows', id: before, resume: 't-1', rows: rows('1') });
    paint();
    expect(session.get().rows).toHaveLength(0);
  });

  it('counts what waits, and what was dropped before a connection and after it', () => {
    const { session, sent, sockets, say } = open();
    const stats = { type: 'stats', resume: 't-1', phase: 'live', matched: 9, sent: 9, waiting: 4 };
    say({ ...stats, dropped: 3 });
    session.pause();
    say({ ...stats, dropped: 3, phase: 'paused' });
    expect(session.get()).toMatchObject({ phase: 'paused', waiting: 4, dropped: 3 });
    session.goOn(true);
    expect(sent.at(-1)).toMatchObject({ type: 'resume', skip: true });
    sockets[0]?.onClose();
    vi.advanceTimersByTime(250);
    sockets[1]?.onOpen();
    say({ ...stats, dropped: 2 });
    expect(session.get().dropped).toBe(5);
  });

  it('asks another source from its latest rows on', () => {
    const { session, sent, say, paint } = open('level:error');
    say({ type: 'rows', resume: 'a', rows: rows('1') });
    paint();
    session.follow('level:error', 'app');
    expect(sent.at(-1)).toMatchObject({
      type: 'subscribe',
      query: 'level:error',
      source: 'app',
      last: expect.any(Number) as number,
    });
    expect(session.get().rows).toEqual([]);
  });
});
