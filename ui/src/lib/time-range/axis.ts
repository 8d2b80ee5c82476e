import { partsOf } from './zone';
import { offsetAt, type TimeZone } from './time-zone';

const STEPS_MS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5,
  72e5, 108e5, 216e5, 432e5, 864e5, 1728e5, 6048e5, 12096e5, 25920e5, 77760e5, 315360e5,
];
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;

function pad(value: number, length = 2): string {
  return String(value).padStart(length, '0');
}

function label(time: number, step: number, zone: TimeZone): string {
  const { year, month, day, hour, minute, second, millisecond } = partsOf(time, zone);
  if (step >= DAY_MS)
    return step >= 30 * DAY_MS ? `${year}-${pad(month)}-${pad(day)}` : `${pad(month)}-${pad(day)}`;
  if (hour === 0 && minute === 0 && second === 0) return `${pad(month)}-${pad(day)}`;
  const minutes = `${pad(hour)}:${pad(minute)}`;
  if (step >= 60_000) return minutes;
  return step >= 1_000 ? `${minutes}:${pad(second)}` : `${minutes}:${pad(second)}.${pad(millisecond, 3)}`;
}

/** The smallest distance of neighbours; null for less than two. */
function widthOf(times: number[]): number | null {
  let least: number | null = null;
  for (let index = 1; index < times.length; index += 1) {
    const width = (times[index] ?? 0) - (times[index - 1] ?? 0);
    if (least === null || width < least) least = width;
  }
  return least;
}

/**
 * The label of each bucket that begins a round stretch of time, about `limit` of them; the others have none. A stretch is a
 * whole number of buckets where there is such a round one, so that what a label says is where its bucket begins.
 */
export function axisLabels(times: number[], zone: TimeZone, limit: number): (string | null)[] {
  const first = times[0];
  const last = times.at(-1);
  if (first === undefined || last === undefined) return [];
  const width = widthOf(times) ?? MINUTE_MS;
  const enough = STEPS_MS.filter((size) => size >= width && (last - first) / size <= limit);
  const years = Math.ceil((last - first) / (limit * YEAR_MS));
  const least = enough[0] ?? years * YEAR_MS;
  const step = enough.find((size) => size % width === 0 && size <= 4 * least) ?? least;
  let before: number | null = null;
  return times.map((time) => {
    const shown = time + offsetAt(time, zone);
    const stretch = Math.floor(shown / step);
    const begins = shown % step === 0 || times.length === 1 || (before !== null && stretch !== before);
    before = stretch;
    return begins ? label(time, step, zone) : null;
  });
}

/** A digit of the axes' font of 11 pixels; colons and dashes are narrower. */
const CHARACTER_PX = 6.6;

interface Edges {
  left: number;
  right: number;
}

/**
 * The labels, each in the middle of its bucket, without those that would not stand whole between the edges of a chart, or
 * would run into what is `kept` free there.
 */
export function labelsInside(
  labels: (string | null)[],
  width: number,
  plot: Edges,
  kept: Edges = { left: 0, right: 0 },
): (string | null)[] {
  const bucket = (width - plot.left - plot.right) / labels.length;
  return labels.map((text, index) => {
    if (text === null) return null;
    const middle = plot.left + (index + 0.5) * bucket;
    const half = (text.length * CHARACTER_PX) / 2;
    return middle - half >= kept.left && middle + half <= width - kept.right ? text : null;
  });
}
