import type { StorageReport } from '@/api/types';

export interface DayBar {
  day: string;
  rows: number;
  raw_bytes: number;
  disk_bytes: number;
  cold_bytes: number;
}

const DAY_MS = 86_400_000;
/** Bars that are told apart: beyond it only the newest days are drawn. */
const MOST_BARS = 400;

/** Days with rows, logs and traces together; the oldest first. */
export function dayTotals({ days }: Pick<StorageReport, 'days'>): DayBar[] {
  return days.map(({ day, logs, traces }) => ({
    day,
    rows: logs.rows + traces.rows,
    raw_bytes: logs.raw_bytes + traces.raw_bytes,
    disk_bytes: logs.disk_bytes + traces.disk_bytes,
    cold_bytes: logs.cold_bytes + traces.cold_bytes,
  }));
}

/** The same with a bar for each day between them, so that the axis is one of time. */
export function dayBars(totals: DayBar[]): DayBar[] {
  const newest = totals.at(-1);
  if (newest === undefined) return [];
  const last = Date.parse(newest.day);
  const first = Math.max(Date.parse(totals[0]?.day ?? newest.day), last - (MOST_BARS - 1) * DAY_MS);
  const known = new Map(totals.map((total) => [total.day, total]));
  const count = Math.round((last - first) / DAY_MS) + 1;
  return Array.from({ length: count }, (_, index) => {
    const day = new Date(first + index * DAY_MS).toISOString().slice(0, 10);
    return known.get(day) ?? { day, rows: 0, raw_bytes: 0, disk_bytes: 0, cold_bytes: 0 };
  });
}
