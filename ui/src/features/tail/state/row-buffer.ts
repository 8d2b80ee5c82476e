import type { Level, LogRow } from '@/api/types';
import { levelOfNumber } from '@/lib/severity';

/** Rows that are kept; beyond them the oldest go, in steps, so that not each new row moves all others. */
export const KEPT_ROWS = 50_000;
const STEP_ROWS = 5_000;

/** The rows of a tail, oldest first, and those of them whose level is shown. Both arrays change in place. */
export class RowBuffer {
  readonly visible: LogRow[] = [];
  private rows: LogRow[] = [];
  private hidden: ReadonlySet<Level> = new Set();
  /** Rows that went to make room. */
  forgotten = 0;

  get count(): number {
    return this.rows.length;
  }

  /** Answers how many of the visible rows went at the front. */
  append(rows: readonly LogRow[]): number {
    for (const row of rows) {
      this.rows.push(row);
      if (this.isShown(row)) this.visible.push(row);
    }
    if (this.rows.length <= KEPT_ROWS) return 0;
    const excess = Math.ceil((this.rows.length - KEPT_ROWS) / STEP_ROWS) * STEP_ROWS;
    const gone = this.rows.splice(0, excess);
    this.forgotten += gone.length;
    const shown = gone.filter((row) => this.isShown(row)).length;
    this.visible.splice(0, shown);
    return shown;
  }

  hide(levels: ReadonlySet<Level>): void {
    this.hidden = levels;
    this.visible.length = 0;
    for (const row of this.rows) if (this.isShown(row)) this.visible.push(row);
  }

  clear(): void {
    this.rows = [];
    this.visible.length = 0;
    this.forgotten = 0;
  }

  private isShown(row: LogRow): boolean {
    return this.hidden.size === 0 || !this.hidden.has(levelOfNumber(row.SeverityNumber));
  }
}
