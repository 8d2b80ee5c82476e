import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
import { emit } from '@tauri-apps/api/event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TauriPlatform } from './tauri';

interface Sent {
  id: string;
  onEvent: { id: number };
}

type Answer = (command: string, payload: Sent) => unknown;

/** What the shell does, with the number of each message that it sends through a channel. */
function shell(answer: Answer): {
  calls: string[];
  send: (sent: Sent, index: number, message: unknown) => void;
} {
  const calls: string[] = [];
  mockIPC(
    (command, payload) => {
      calls.push(command);
      return answer(command, payload as unknown as Sent);
    },
    { shouldMockEvents: true },
  );
  const internals = (window as unknown as { __TAURI_INTERNALS__: Internals }).__TAURI_INTERNALS__;
  return {
    calls,
    send: ({ onEvent }, index, message) => internals.runCallback(onEvent.id, { index, message }),
  };
}

interface Internals {
  runCallback: (id: number, data: unknown) => void;
}

const REQUEST = { method: 'POST', path: '/api/v1/search', body: { query: '*' } } as const;
const DONE = { kind: 'status', status: 200, body: '' };

afterEach(() => clearMocks());

describe('a stream', () => {
  it('ends with the status, though lines come after the answer of the command', async () => {
    const streams: Sent[] = [];
    const { send } = shell((command, payload) => {
      if (command === 'api_stream') streams.push(payload);
    });
    const lines: string[] = [];
    let isOver = false;
    const stream = new TauriPlatform()
      .stream(REQUEST, (batch) => lines.push(...batch))
      .then(() => {
        isOver = true;
      });
    const sent = await vi.waitFor(() => streams[0] ?? Promise.reject(new Error('no stream yet')));
    // Long after the answer of the command itself.
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isOver).toBe(false);
    send(sent, 0, { kind: 'lines', lines: ['a', 'b'] });
    send(sent, 2, DONE);
    send(sent, 1, { kind: 'lines', lines: ['c'] });
    await stream;
    expect(lines).toEqual(['a', 'b', 'c']);
  });

  it('rejects with the error of the server', async () => {
    const { send } = shell((command, payload) => {
      if (command !== 'api_stream') return;
      const error = { code: 'query.syntax', message: 'no' };
      send(payload, 0, { kind: 'status', status: 400, body: JSON.stringify({ error }) });
    });
    const stream = new TauriPlatform().stream(REQUEST, () => undefined);
    await expect(stream).rejects.toMatchObject({ status: 400, code: 'query.syntax' });
  });

  it('rejects with the error of the shell, which sends no status then', async () => {
    shell((command) => {
      const error = Object.assign(new Error('it is starting'), { code: 'server.unavailable' });
      return command === 'api_stream' ? Promise.reject(error) : null;
    });
    const stream = new TauriPlatform().stream(REQUEST, () => undefined);
    await expect(stream).rejects.toMatchObject({ code: 'server.unavailable' });
  });

  it('is cancelled in the shell, and ends at once', async () => {
    const { calls } = shell((command) => (command === 'api_stream' ? new Promise(() => undefined) : null));
    const abort = new AbortController();
    const stream = new TauriPlatform().stream({ ...REQUEST, signal: abort.signal }, () => undefined);
    abort.abort();
    await expect(stream).rejects.toMatchObject({ name: 'AbortError' });
    expect(calls).toEqual(['api_stream', 'api_cancel']);
  });
});

describe('an answer that is a file', () => {
  const request = { method: 'POST', path: '/api/v1/exports', body: { query: '*' } } as const;

  it('is written by the shell, which says how much has come', async () => {
    const { send } = shell((command, payload) => {
      if (command !== 'save_answer') return null;
      const { onBytes } = payload as unknown as { onBytes: Sent['onEvent'] };
      send({ id: '', onEvent: onBytes }, 0, 4_096);
      expect(payload).toMatchObject({
        path: '/api/v1/exports',
        body: '{"query":"*"}',
        suggestedName: 'a.xlsx',
      });
      return { place: '/home/ada/a.xlsx', bytes: 5_000, first_rows: null };
    });
    const sizes: number[] = [];
    const saved = await new TauriPlatform().saveAnswer(request, 'a.xlsx', (bytes) => sizes.push(bytes));
    expect(saved).toEqual({ place: '/home/ada/a.xlsx', bytes: 5_000, first_rows: null });
    expect(sizes).toEqual([4_096]);
  });

  it('is cancelled in the shell, and ends at once', async () => {
    const { calls } = shell((command) => (command === 'save_answer' ? new Promise(() => undefined) : null));
    const abort = new AbortController();
    const signal = abort.signal;
    const saving = new TauriPlatform().saveAnswer({ ...request, signal }, 'a.xlsx', () => undefined);
    abort.abort();
    await expect(saving).rejects.toMatchObject({ name: 'AbortError' });
    expect(calls).toEqual(['save_answer', 'api_cancel']);
  });
});

describe('files that the program is opened with', () => {
  it('are fetched at once and after each event, and only where there are some', async () => {
    let waiting = ['/var/log/first.log'];
    shell((command) => {
      if (command !== 'take_opened_files') return null;
      const taken = waiting;
      waiting = [];
      return taken;
    });
    const opened: string[] = [];
    const stop = new TauriPlatform().shell.onOpenFiles((files) =>
      opened.push(...files.map(({ name }) => name)),
    );
    await vi.waitFor(() => expect(opened).toEqual(['first.log']));
    waiting = ['/tmp/second.log'];
    await emit('open-files');
    await vi.waitFor(() => expect(opened).toEqual(['first.log', 'second.log']));
    await emit('open-files');
    stop();
    expect(opened).toHaveLength(2);
  });
});
