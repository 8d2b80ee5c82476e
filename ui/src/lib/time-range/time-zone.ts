/** `local` as the computer is set, `utc`, or a name of the IANA database such as `Europe/Berlin`. */
export type TimeZone = string;

/** Offsets have always changed at whole quarters of an hour of UTC since zones are standard. */
const QUARTER_MS = 900_000;
/** About a hundred days of quarters; more are forgotten all at once. */
const KNOWN_LIMIT = 10_000;

interface ZoneClock {
  format: Intl.DateTimeFormat;
  /** Offset by quarter of an hour: a table shows thousands of times, and asking costs microseconds. */
  known: Map<number, number>;
}

const clocks = new Map<string, ZoneClock>();

function clockOf(zone: string): ZoneClock {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    clock = { format, known: new Map() };
    clocks.set(zone, clock);
  }
  return clock;
}

/** How far clocks of a zone are ahead of UTC at a time, in milliseconds. */
export function offsetAt(time: number, zone: TimeZone): number {
  if (zone === 'utc' || Number.isNaN(time)) return 0;
  if (zone === 'local') return -new Date(time).getTimezoneOffset() * 60_000;
  const { format, known } = clockOf(zone);
  const quarter = Math.floor(time / QUARTER_MS);
  const seen = known.get(quarter);
  if (seen !== undefined) return seen;
  const start = quarter * QUARTER_MS;
  const parts = Object.fromEntries(
    format.formatToParts(start).map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const offset = Date.UTC(year, month - 1, day, hour, minute, second) - start;
  if (known.size >= KNOWN_LIMIT) known.clear();
  known.set(quarter, offset);
  return offset;
}

/** The name for a heading: `UTC`, or where clocks show this, such as `Europe/Berlin`. */
export function zoneName(zone: TimeZone): string {
  if (zone === 'utc') return 'UTC';
  return zone === 'local' ? Intl.DateTimeFormat().resolvedOptions().timeZone : zone;
}

/** Names of the IANA database that this browser knows. */
export function zoneNames(): string[] {
  return Intl.supportedValuesOf('timeZone');
}

export function isTimeZone(zone: unknown): zone is TimeZone {
  if (typeof zone !== 'string' || zone === '') return false;
  if (zone === 'local' || zone === 'utc') return true;
  try {
    clockOf(zone);
    return true;
  } catch {
    return false;
  }
}
