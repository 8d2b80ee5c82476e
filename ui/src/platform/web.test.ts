// @vitest-environment node
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiClient } from '@/api/client';
import { ApiError } from '@/api/errors';
import type { Import, LogRow } from '@/api/types';
import { serve, type TestServer } from '@/test/http-server';
import { fingerprintOf } from './fingerprint';
import type { PickedFile } from './platform';
import { WebPlatform } from './web';

let server: TestServer | null = null;

async function platformOf(
  answer: (request: IncomingMessage, body: Buffer, response: ServerResponse) => void,
): Promise<WebPlatform> {
  server = await serve(answer);
  return new WebPlatform(server.address);
}

afterEach(async () => {
  await server?.close();
  server = null;
});

const json = (response: ServerResponse, status: number, value: unknown): void => {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
};
const row = (id: number): LogRow => ({ IngestId: String(id), Body: `ü ${id}` }) as LogRow;

describe('a request', () => {
  it('sends JSON and returns status and body as they came', async () => {
    const platform = await platformOf((request, body, response) =>
      json(response, 418, {
        method: request.method,
        path: request.url,
        type: request.headers['content-type'],
        body: body.toString(),
      }),
    );
    const answer = await platform.request({ method: 'POST', path: '/api/v1/x?y=1', body: { a: 'ü' } });
    expect(answer.status).toBe(418);
    expect(JSON.parse(answer.body)).toEqual({
      method: 'POST',
      path: '/api/v1/x?y=1',
      type: 'application/json',
      body: '{"a":"ü"}',
    });
  });

  it('becomes an ApiError where nobody answers', async () => {
    const platform = await platformOf(() => undefined);
    await server?.close();
    await expect(platform.request({ method: 'GET', path: '/' })).rejects.toMatchObject({
      status: 0,
      code: 'server.unreachable',
    });
  });

  it('keeps code, request id and details of a refusal', async () => {
    const details = { position: 7, length: 1, hint: 'Close the quote.', expected: ['"'] };
    const platform = await platformOf((_request, _body, response) =>
      json(response, 400, { error: { code: 'query.syntax', message: 'no end', request_id: 'r1', details } }),
    );
    const error = await new ApiClient(platform).histogram({ query: '"' }).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 400, code: 'query.syntax', message: 'no end', requestId: 'r1' });
    expect((error as ApiError).queryDetails()).toEqual(details);
  });

  it('says the status where the answer is not ours', async () => {
    const platform = await platformOf((_request, _body, response) => response.writeHead(502).end('<html>'));
    await expect(new ApiClient(platform).status()).rejects.toMatchObject({
      status: 502,
      code: 'http.status',
    });
  });
});

describe('an answer that is a file', () => {
  const request = { method: 'POST', path: '/api/v1/exports', body: {} } as const;

  it('fails with what the server says, and saves nothing', async () => {
    const platform = await platformOf((_request, _body, response) =>
      json(response, 422, { error: { code: 'query.over_budget', message: 'too much', details: null } }),
    );
    await expect(platform.saveAnswer(request, 'a.csv', () => undefined)).rejects.toMatchObject({
      status: 422,
      code: 'query.over_budget',
    });
  });

  it('is no file where it breaks off', async () => {
    const platform = await platformOf((_request, _body, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('time,level\n', () => response.destroy());
    });
    const sizes: number[] = [];
    await expect(platform.saveAnswer(request, 'a.csv', (bytes) => sizes.push(bytes))).rejects.toMatchObject({
      code: 'file.incomplete',
    });
    expect(sizes).toEqual([11]);
  });

  it('is cancelled on its way', async () => {
    const abort = new AbortController();
    const platform = await platformOf((_request, _body, response) => {
      response.write('time,level\n');
    });
    await expect(
      platform.saveAnswer({ ...request, signal: abort.signal }, 'a.csv', () => abort.abort()),
    ).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('a search as a stream', () => {
  const done = { next_cursor: null, sql: 'SELECT 1', params: {}, stats: {}, query_id: 'q' };

  it('hands over rows as they come, whole even where the network cuts them', async () => {
    const text = [{ progress: { rows_read: 5 } }, { rows: [row(1), row(2)] }, { rows: [row(3)] }, { done }]
      .map((event) => JSON.stringify(event))
      .join('\n');
    const bytes = Buffer.from(text);
    const platform = await platformOf((request, _body, response) => {
      expect(request.headers.accept).toBe('application/x-ndjson');
      // Cut inside the two bytes of an ü.
      const cut = bytes.indexOf('ü') + 1;
      response.write(bytes.subarray(0, cut));
      setImmediate(() => response.end(bytes.subarray(cut)));
    });
    const rows: LogRow[] = [];
    const progress: number[] = [];
    const end = await new ApiClient(platform).searchStream(
      { query: '*' },
      { onRows: (some) => rows.push(...some), onProgress: ({ rows_read }) => progress.push(rows_read) },
    );
    expect(rows).toEqual([row(1), row(2), row(3)]);
    expect(progress).toEqual([5]);
    expect(end.query_id).toBe('q');
  });

  it('fails with the error that ends it', async () => {
    const platform = await platformOf((_request, _body, response) =>
      response.end(
        `${JSON.stringify({ rows: [row(1)] })}\n${JSON.stringify({ error: { code: 'query.memory', message: 'too much' } })}\n`,
      ),
    );
    const rows: LogRow[] = [];
    await expect(
      new ApiClient(platform).searchStream({ query: '*' }, { onRows: (some) => rows.push(...some) }),
    ).rejects.toMatchObject({ code: 'query.memory' });
    expect(rows).toHaveLength(1);
  });

  it('fails where it ends without a last word', async () => {
    const platform = await platformOf((_request, _body, response) => response.end('{"rows":[]}\n'));
    await expect(
      new ApiClient(platform).searchStream({ query: '*' }, { onRows: () => undefined }),
    ).rejects.toMatchObject({ code: 'search.incomplete' });
  });

  it('closes the connection when it is aborted, which is how the server knows to stop', async () => {
    const abort = new AbortController();
    let closed: () => void = () => undefined;
    const connectionClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const platform = await platformOf((_request, _body, response) => {
      response.on('close', () => closed());
      response.write('{"rows":[]}\n');
    });
    const search = new ApiClient(platform).searchStream(
      { query: '*' },
      { onRows: () => abort.abort() },
      abort.signal,
    );
    await expect(search).rejects.toMatchObject({ name: 'AbortError' });
    await connectionClosed;
  });
});

describe('the fingerprint', () => {
  const sha = (...parts: (string | Uint8Array)[]): string => {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    return hash.digest('hex');
  };
  const bytes = (size: number): Uint8Array<ArrayBuffer> =>
    Uint8Array.from({ length: size }, (_, index) => (index * 31 + (index >> 8)) % 251);

  it.each([0, 1, 65_536, 196_608])('of %d bytes is that of size and content', async (size) => {
    expect(await fingerprintOf(new Blob([bytes(size)]))).toBe(sha(`${size}\n`, bytes(size)));
  });

  it('of a larger file is that of its start, middle and end', async () => {
    const content = bytes(300_001);
    const middle = Math.floor((300_001 - 65_536) / 2);
    expect(await fingerprintOf(new Blob([content]))).toBe(
      sha(
        '300001\n',
        content.subarray(0, 65_536),
        content.subarray(middle, middle + 65_536),
        content.subarray(300_001 - 65_536),
      ),
    );
  });
});

describe('an import', () => {
  const content = 'one\ntwo\n';
  const file: PickedFile = {
    name: 'app.log',
    path: null,
    handle: new File([content], 'app.log', { lastModified: 0 }),
  };
  const options = (signal: AbortSignal, onProgress: (progress: Import) => void = () => undefined) => ({
    id: 'id-1',
    service: 'checkout',
    format: 'auto',
    again: false,
    signal,
    onProgress,
  });

  it('says what the file is and sends its bytes as they are', async () => {
    const seen: { url: URL; body: string }[] = [];
    const platform = await platformOf((request, body, response) => {
      seen.push({ url: new URL(request.url ?? '', 'http://test'), body: body.toString() });
      json(response, 200, { id: 'id-1', state: 'done', rows: 2 });
    });
    const info = await platform.inspectFile(file);
    const result = await platform.importFile(file, info, options(new AbortController().signal));
    expect(result).toMatchObject({ rows: 2 });
    expect(seen[0]?.body).toBe(content);
    expect(seen[0]?.url.pathname).toBe('/api/v1/imports');
    expect(Object.fromEntries(seen[0]?.url.searchParams ?? [])).toEqual({
      id: 'id-1',
      name: 'app.log',
      size: '8',
      modified: '1970-01-01T00:00:00.000Z',
      fingerprint: info.fingerprint,
      service: 'checkout',
      format: 'auto',
      again: 'false',
    });
  });

  it('asks for progress until the answer comes', async () => {
    let finish: (() => void) | null = null;
    const platform = await platformOf((request, _body, response) => {
      if (request.method === 'POST') finish = () => json(response, 200, { id: 'id-1', state: 'done' });
      else json(response, 200, { id: 'id-1', state: 'running', rows: 1 });
    });
    const info = await platform.inspectFile(file);
    const progress: Import[] = [];
    await platform.importFile(
      file,
      info,
      options(new AbortController().signal, (step) => {
        progress.push(step);
        if (progress.length === 2) finish?.();
      }),
    );
    expect(progress).toHaveLength(2);
    expect(progress[0]).toMatchObject({ state: 'running', rows: 1 });
  });

  it('is cancelled on the server too', async () => {
    const abort = new AbortController();
    let cancelled: () => void = () => undefined;
    const cancelSeen = new Promise<void>((resolve) => {
      cancelled = resolve;
    });
    const platform = await platformOf((request, _body, response) => {
      if (request.method === 'POST') abort.abort();
      if (request.method !== 'DELETE') return;
      expect(request.url).toBe('/api/v1/imports/id-1');
      response.writeHead(204).end();
      cancelled();
    });
    const info = await platform.inspectFile(file);
    await expect(platform.importFile(file, info, options(abort.signal))).rejects.toMatchObject({
      name: 'AbortError',
    });
    await cancelSeen;
  });

  it('says which file cannot be read', async () => {
    const platform = await platformOf(() => undefined);
    await expect(platform.inspectFile({ name: 'gone.log', path: null, handle: null })).rejects.toMatchObject({
      code: 'file.unreadable',
      message: expect.stringContaining('gone.log') as string,
    });
  });
});
