import { describe, expect, it } from 'vitest';
import { dayBars, dayTotals } from './day-bars';

const bytes = (disk_bytes: number) => ({ rows: 1, raw_bytes: 2, disk_bytes, cold_bytes: 0 });
const none = { rows: 0, raw_bytes: 0, disk_bytes: 0, cold_bytes: 0 };

describe('bars by day', () => {
  it('add logs and traces and fill the days between', () => {
    const totals = dayTotals({
      days: [
        { day: '2026-02-27', logs: bytes(10), traces: bytes(5) },
        { day: '2026-03-02', logs: none, traces: bytes(7) },
      ],
    });
    const bars = dayBars(totals);
    expect(bars.map(({ day, disk_bytes }) => [day, disk_bytes])).toEqual([
      ['2026-02-27', 15],
      ['2026-02-28', 0],
      ['2026-03-01', 0],
      ['2026-03-02', 7],
    ]);
  });

  it('are bounded where one old record stands alone', () => {
    const totals = dayTotals({
      days: [
        { day: '1999-01-01', logs: bytes(1), traces: none },
        { day: '2026-03-02', logs: bytes(2), traces: none },
      ],
    });
    const bars = dayBars(totals);
    expect(bars).toHaveLength(400);
    expect(bars.at(-1)?.day).toBe('2026-03-02');
    expect(dayBars([])).toEqual([]);
  });
});
