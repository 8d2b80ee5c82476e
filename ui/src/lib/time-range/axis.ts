import { partsOf, type Zone } from './zone';

const STEPS_MS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5,
  72e5, 108e5, 216e5, 432e5, 864e5, 1728e5, 6048e5, 12096e5, 25920e5, 77760e5, 315360e5,
];
const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;

function pad(value: number, length = 2): string {
  return String(value).padStart(length, '0');
}

function label(time: number, step: number, zone: Zone): string {
  const { year, month, day, hour, minute, second, millisecond } = partsOf(time, zone);
  if (step >= DAY_MS)
    return step >= 30 * DAY_MS ? `${year}-${pad(month)}-${pad(day)}` : `${pad(month)}-${pad(day)}`;
  if (hour === 0 && minute === 0 && second === 0) return `${pad(month)}-${pad(day)}`;
  const minutes = `${pad(hour)}:${pad(minute)}`;
  if (step >= 60_000) return minutes;
  return step >= 1_000 ? `${minutes}:${pad(second)}` : `${minutes}:${pad(second)}.${pad(millisecond, 3)}`;
}

/** The label of each bucket that begins a round stretch of time, at most `limit` of them; the others have none. */
export function axisLabels(times: number[], zone: Zone, limit: number): (string | null)[] {
  const first = times[0];
  const last = times.at(-1);
  if (first === undefined || last === undefined) return [];
  const years = Math.ceil((last - first) / (limit * YEAR_MS));
  const step = STEPS_MS.find((size) => (last - first) / size <= limit) ?? years * YEAR_MS;
  let before: number | null = null;
  return times.map((time) => {
    const offset = zone === 'utc' ? 0 : -new Date(time).getTimezoneOffset() * 60_000;
    const stretch = Math.floor((time + offset) / step);
    const isFirst = before !== null && stretch !== before;
    before = stretch;
    return isFirst ? label(stretch * step - offset, step, zone) : null;
  });
}
