import { ApiError } from '@/api/errors';
import type { Level, LogRow } from '@/api/types';
import type { TailHandlers, TailSocket } from '@/platform/platform';
import type { TailCommand, TailMessage, TailPhase } from './messages';
import { RowBuffer } from './row-buffer';

const LAST_ROWS = 200;
/** Rows that wait for the next paint. */
const INCOMING_ROWS = 10_000;
/** More than anyone reads; what is above is counted. */
export const RATE_LIMIT = 5_000;
const RECONNECT_MS = [250, 500, 1_000, 2_000, 5_000];

export interface TailState {
  /** Grows with every change of the rows, which change in place. */
  version: number;
  rows: readonly LogRow[];
  /** Rows kept, whether their level is shown or not. */
  kept: number;
  forgotten: number;
  /** Visible rows that went at the front since the tail began. */
  removed: number;
  phase: TailPhase | 'connecting' | 'reconnecting';
  /** Why the phase is not what it should be. */
  reason: string | null;
  query: string;
  /** Undefined is what the server stores itself. */
  source: string | undefined;
  error: Error | null;
  rowsPerSecond: number;
  dropped: number;
  waiting: number;
  hidden: ReadonlySet<Level>;
  sample: number;
}

export interface TailSurroundings {
  connect: (handlers: TailHandlers) => TailSocket;
  /** Calls back before the next paint. */
  schedule: (run: () => void) => void;
}

/** One tail: its socket, its rows, and the way back after the connection broke. A store for React. */
export class TailSession {
  private readonly buffer = new RowBuffer();
  private readonly listeners = new Set<() => void>();
  private readonly surroundings: TailSurroundings;
  private socket: TailSocket | null = null;
  private resume: string | null = null;
  /** Each filter has an id of its own: what is still on its way from the one before is told apart. */
  private filter = 0;
  private failures = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private incoming: LogRow[] = [];
  private isScheduled = false;
  private isPaused = false;
  private lastStats: { sent: number; at: number } | null = null;
  /** Counts of filters and connections before this one. */
  private droppedBefore = 0;
  private state: TailState;

  constructor(surroundings: TailSurroundings, query: string, source?: string) {
    this.surroundings = surroundings;
    this.state = {
      version: 0,
      rows: this.buffer.visible,
      kept: 0,
      forgotten: 0,
      removed: 0,
      phase: 'connecting',
      reason: null,
      query,
      source,
      error: null,
      rowsPerSecond: 0,
      dropped: 0,
      waiting: 0,
      hidden: new Set(),
      sample: 1,
    };
  }

  readonly get = (): TailState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Opens the socket; the answer closes it. */
  readonly open = (): (() => void) => {
    this.connect();
    return () => {
      clearTimeout(this.retry);
      this.socket?.close();
      this.socket = null;
    };
  };

  /** Tails another filter, or another source, from its latest rows on. */
  follow(query: string, source: string | undefined): void {
    const { state } = this;
    if (query === state.query && source === state.source && state.error === null) return;
    this.restart({ query, source, error: null });
  }

  /** Shows one of so many rows. */
  setSample(sample: number): void {
    if (sample !== this.state.sample) this.restart({ sample });
  }

  pause(): void {
    if (this.isPaused) return;
    this.isPaused = true;
    this.command({ type: 'pause', id: this.id });
    this.change({ phase: 'paused', waiting: 0, rowsPerSecond: 0 });
  }

  /** Goes on: with what came meanwhile, or without. */
  goOn(skip: boolean): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.command({ type: 'resume', id: this.id, skip });
    this.change({ phase: skip ? 'live' : 'catching_up', waiting: 0 });
  }

  hideLevels(hidden: ReadonlySet<Level>): void {
    this.buffer.hide(hidden);
    this.change({ hidden, version: this.state.version + 1 });
  }

  clear(): void {
    this.buffer.clear();
    this.incoming = [];
    this.change({ version: this.state.version + 1, kept: 0, forgotten: 0, removed: 0 });
  }

  private get id(): string {
    return `filter-${this.filter}`;
  }

  private restart(change: Partial<TailState>): void {
    this.command({ type: 'unsubscribe', id: this.id });
    this.filter += 1;
    this.resume = null;
    this.isPaused = false;
    this.buffer.clear();
    this.incoming = [];
    this.droppedBefore = 0;
    this.change({
      ...change,
      version: this.state.version + 1,
      kept: 0,
      forgotten: 0,
      removed: 0,
      dropped: 0,
      waiting: 0,
      phase: this.socket === null ? this.state.phase : 'starting',
      reason: null,
    });
    this.begin();
  }

  private connect(): void {
    this.socket = this.surroundings.connect({
      onOpen: () => {
        this.failures = 0;
        this.begin();
        if (this.isPaused) this.command({ type: 'pause', id: this.id });
      },
      onMessages: (messages) => {
        for (const message of messages) this.receive(JSON.parse(message) as TailMessage);
      },
      onClose: () => {
        this.socket = null;
        const wait = RECONNECT_MS[Math.min(this.failures, RECONNECT_MS.length - 1)] ?? 0;
        this.failures += 1;
        this.droppedBefore = this.state.dropped;
        if (!this.isPaused) this.change({ phase: 'reconnecting', rowsPerSecond: 0 });
        this.retry = setTimeout(() => this.connect(), wait);
      },
    });
  }

  private begin(): void {
    this.lastStats = null;
    const { query, source, sample } = this.state;
    this.command({
      type: 'subscribe',
      id: this.id,
      query,
      ...(source === undefined ? {} : { source }),
      rate_limit: RATE_LIMIT,
      ...(sample === 1 ? {} : { sample }),
      ...(this.resume === null ? { last: LAST_ROWS } : { resume: this.resume }),
    });
  }

  private command(command: TailCommand): void {
    this.socket?.send(JSON.stringify(command));
  }

  private receive(message: TailMessage): void {
    if (message.id !== null && message.id !== this.id) return;
    if (message.type === 'error') {
      if (message.error.code === 'tail.resume') {
        // Another server, or its data is new: the latest rows are the best start.
        this.resume = null;
        this.begin();
        return;
      }
      this.change({ error: new ApiError(400, message.error), phase: 'paused' });
      return;
    }
    if (message.type === 'rows') {
      this.resume = message.resume;
      for (const row of message.rows) this.incoming.push(row);
      // A window that nobody sees is not painted, but its memory is bounded all the same.
      if (this.incoming.length > INCOMING_ROWS) this.flush();
      else this.flushSoon();
    } else if (message.type === 'phase') {
      if (!this.isPaused || message.phase === 'paused')
        this.change({ phase: message.phase, reason: message.reason ?? null });
    } else if (message.type === 'stats') {
      this.resume = message.resume;
      this.count(message.sent, message.dropped, message.waiting);
    } else if (message.query === this.state.query) {
      this.change({ error: null });
    }
  }

  private count(sent: number, dropped: number, waiting: number): void {
    const at = performance.now();
    const before = this.lastStats;
    this.lastStats = { sent, at };
    const seconds = before === null ? 0 : (at - before.at) / 1_000;
    this.change({
      rowsPerSecond: before === null || seconds <= 0 ? 0 : Math.round((sent - before.sent) / seconds),
      dropped: this.droppedBefore + dropped,
      waiting: this.isPaused ? waiting : 0,
    });
  }

  private flushSoon(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    this.surroundings.schedule(() => {
      this.isScheduled = false;
      this.flush();
    });
  }

  private flush(): void {
    const rows = this.incoming;
    this.incoming = [];
    if (rows.length === 0) return;
    const removed = this.buffer.append(rows);
    this.change({
      version: this.state.version + 1,
      kept: this.buffer.count,
      forgotten: this.buffer.forgotten,
      removed: this.state.removed + removed,
    });
  }

  private change(change: Partial<TailState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}
