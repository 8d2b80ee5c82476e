import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const PROGRAM =
  process.env.CLICK_LITE_SERVER ??
  fileURLToPath(new URL('../../../target/debug/click-lite-server', import.meta.url));
const START_TIMEOUT_MS = 45_000;

interface ReadyFile {
  http: string;
  token_file: string;
}

/** A server of its own for one test, with its own data folder and free ports. */
export class TestServer {
  readonly folder = mkdtempSync(join(tmpdir(), 'click-lite-ui-'));
  private process: ChildProcess | null = null;
  private ready: ReadyFile | null = null;

  /** A server that somebody else started and stops. */
  static running(ready: ReadyFile): TestServer {
    const server = new TestServer();
    server.ready = ready;
    return server;
  }

  get address(): string {
    return `http://${this.known().http}`;
  }

  async start(): Promise<void> {
    const readyFile = join(this.folder, 'ready.json');
    rmSync(readyFile, { force: true });
    const child = spawn(
      PROGRAM,
      [
        ['serve', '--data-dir', join(this.folder, 'data')],
        // The same address after a restart, as a browser's page expects.
        ['--listen', this.ready?.http ?? '127.0.0.1:0', '--ready-file', readyFile],
      ].flat(),
      { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, RUST_LOG: 'warn' } },
    );
    this.process = child;
    let complaint = '';
    child.stderr.on('data', (piece: Buffer) => {
      complaint = (complaint + piece.toString()).slice(-4_000);
    });
    await Promise.race([
      fileAppears(this.folder, readyFile),
      once(child, 'exit').then(() => {
        throw new Error(`${PROGRAM} ended before it was ready: ${complaint}`);
      }),
    ]);
    this.ready = JSON.parse(readFileSync(readyFile, 'utf8')) as ReadyFile;
  }

  async stop(): Promise<void> {
    const child = this.process;
    this.process = null;
    if (child?.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const lastResort = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await ended;
    clearTimeout(lastResort);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A link that signs a browser in, once. */
  async signInLink(): Promise<string> {
    const answer = await this.post('/api/v1/session/links', undefined);
    return ((await answer.json()) as { url: string }).url;
  }

  async ingest(records: object[], service = ''): Promise<void> {
    const lines = records.map((record) => JSON.stringify(record)).join('\n');
    await this.post(`/api/v1/ingest?service=${encodeURIComponent(service)}`, lines);
  }

  /** Sends spans as OTLP in JSON. */
  async sendSpans(body: object): Promise<void> {
    const answer = await fetch(`${this.address}/v1/traces`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`/v1/traces answered ${answer.status}: ${await answer.text()}`);
  }

  /** Imports files as one does in a terminal, each with the name before its first `.` or `_` as service. */
  async import(paths: string[]): Promise<void> {
    for (const path of paths) {
      const service = basename(path).split(/[._]/)[0]?.toLowerCase() ?? '';
      const where = ['--server', this.address, '--token-file', this.known().token_file];
      await promisify(execFile)(PROGRAM, ['import', ...where, '--service', service, path]);
    }
  }

  /** Calls the API as a program does; the answer is JSON, or nothing. */
  async call<T>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<T> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const answer = await (await this.send(method, path, text, 'application/json')).text();
    return (answer === '' ? undefined : JSON.parse(answer)) as T;
  }

  private post(path: string, body: string | undefined): Promise<Response> {
    return this.send('POST', path, body, 'application/x-ndjson');
  }

  private async send(
    method: string,
    path: string,
    body: string | undefined,
    contentType: string,
  ): Promise<Response> {
    const token = readFileSync(this.known().token_file, 'utf8').trim();
    const answer = await fetch(this.address + path, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': contentType },
      body: body ?? null,
    });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return answer;
  }

  private known(): ReadyFile {
    if (this.ready === null) throw new Error('the server was not started');
    return this.ready;
  }
}

function fileAppears(folder: string, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const isWhole = (): boolean => existsSync(path) && readFileSync(path, 'utf8').trimEnd().endsWith('}');
    const end = (settle: () => void): void => {
      clearTimeout(timeout);
      watcher.close();
      settle();
    };
    const watcher = watch(folder, () => {
      if (isWhole()) end(resolve);
    });
    const timeout = setTimeout(
      () => end(() => reject(new Error('the server is not ready in time'))),
      START_TIMEOUT_MS,
    );
    if (isWhole()) end(resolve);
  });
}
