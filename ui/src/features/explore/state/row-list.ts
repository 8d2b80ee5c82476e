import type { LogRow } from '@/api/types';

/** What a list shares with the lists that go on from it. */
interface Shared {
  rows: LogRow[];
  /** The row that was looked for last, and how many rows were gone through for it. */
  sought: { id: string; index: number; upTo: number };
}

/**
 * The rows of a search in their order. A list never changes: with more rows it is another one, which shares the rows of
 * this one. So a page costs what it holds, however many rows came before it.
 */
export class RowList implements Iterable<LogRow> {
  readonly length: number;
  private readonly shared: Shared;

  private constructor(shared: Shared, length: number) {
    this.shared = shared;
    this.length = length;
  }

  static of(rows: readonly LogRow[]): RowList {
    return new RowList({ rows: [...rows], sought: { id: '', index: -1, upTo: 0 } }, rows.length);
  }

  /** Undefined where there is none, as for -1. */
  row(index: number): LogRow | undefined {
    return index < this.length ? this.shared.rows[index] : undefined;
  }

  /** This list and more rows at its end. */
  with(more: readonly LogRow[]): RowList {
    // Another list may have gone on from this one already, with rows that are not wanted here.
    if (this.length !== this.shared.rows.length) return RowList.of([...this, ...more]);
    for (const row of more) this.shared.rows.push(row);
    return new RowList(this.shared, this.length + more.length);
  }

  slice(from: number, to = this.length): LogRow[] {
    return this.shared.rows.slice(from, Math.min(to, this.length));
  }

  /** Place of a row; -1 where there is none. A list with more rows goes on from where the one before it looked. */
  indexOf(id: string): number {
    const { rows, sought } = this.shared;
    if (sought.id !== id) Object.assign(sought, { id, index: -1, upTo: 0 });
    for (; sought.index === -1 && sought.upTo < this.length; sought.upTo += 1)
      if (rows[sought.upTo]?.IngestId === id) sought.index = sought.upTo;
    return sought.index < this.length ? sought.index : -1;
  }

  *[Symbol.iterator](): Iterator<LogRow> {
    for (let index = 0; index < this.length; index += 1) {
      const row = this.shared.rows[index];
      if (row !== undefined) yield row;
    }
  }
}
