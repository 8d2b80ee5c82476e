export type Frequency = 'hour' | 'day' | 'workdays' | 'week' | 'month' | 'cron';

/** When an export runs, as one chooses it. */
export interface Schedule {
  frequency: Frequency;
  /** Past the hour, of those that run each hour. */
  minute: number;
  /** `07:00`. */
  time: string;
  /** `0` is Sunday. */
  weekday: string;
  /** Of the month: `1` to `28`, or `L` for the last. */
  day: string;
  /** What is none of these, or is written as it is. */
  cron: string;
}

export const FREQUENCIES: { value: Frequency; label: string }[] = [
  { value: 'hour', label: 'Every hour' },
  { value: 'day', label: 'Every day' },
  { value: 'workdays', label: 'Monday to Friday' },
  { value: 'week', label: 'Every week' },
  { value: 'month', label: 'Every month' },
  { value: 'cron', label: 'Cron expression' },
];

const WEEKDAY_NAMES = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** The week begins on Monday. */
export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 0].map((day) => ({
  value: String(day),
  label: WEEKDAY_NAMES[day] ?? '',
}));

/** A month may be too short for the days behind 28. */
export const MONTH_DAYS = [
  ...Array.from({ length: 28 }, (_, index) => ({ value: String(index + 1), label: String(index + 1) })),
  { value: 'L', label: 'The last day' },
];

const MACROS: Record<string, string> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
};

export const DEFAULT_SCHEDULE: Schedule = {
  frequency: 'day',
  minute: 0,
  time: '07:00',
  weekday: '1',
  day: '1',
  cron: '0 7 * * *',
};

const CLOCK = /^\d\d?$/;

/** What a cron expression says, where it is one that can be chosen. */
export function readSchedule(text: string): Schedule {
  const cron = text.trim();
  const written: Schedule = { ...DEFAULT_SCHEDULE, frequency: 'cron', cron };
  const fields = (MACROS[cron.toLowerCase()] ?? cron).split(/\s+/);
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  if (fields.length !== 5 || month !== '*' || !CLOCK.test(minute) || Number(minute) > 59) return written;
  if (hour === '*' && day === '*' && weekday === '*') {
    return { ...written, frequency: 'hour', minute: Number(minute) };
  }
  if (!CLOCK.test(hour) || Number(hour) > 23) return written;
  const timed = { ...written, time: `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}` };
  if (day === '*' && weekday === '*') return { ...timed, frequency: 'day' };
  if (day === '*' && /^(1-5|mon-fri)$/i.test(weekday)) return { ...timed, frequency: 'workdays' };
  if (day === '*' && /^[0-7]$/.test(weekday)) {
    return { ...timed, frequency: 'week', weekday: weekday === '7' ? '0' : weekday };
  }
  if (weekday === '*' && MONTH_DAYS.some(({ value }) => value === day.toUpperCase())) {
    return { ...timed, frequency: 'month', day: day.toUpperCase() };
  }
  return written;
}

/** The cron expression of what is chosen. */
export function cronOf(schedule: Schedule): string {
  const { frequency, minute, time, weekday, day, cron } = schedule;
  const [hour = '0', past = '0'] = time.split(':');
  const clock = `${Number(past)} ${Number(hour)}`;
  switch (frequency) {
    case 'hour':
      return `${minute} * * * *`;
    case 'day':
      return `${clock} * * *`;
    case 'workdays':
      return `${clock} * * 1-5`;
    case 'week':
      return `${clock} * * ${weekday}`;
    case 'month':
      return `${clock} ${day} * *`;
    case 'cron':
      return cron.trim();
  }
}

/** A schedule in words; one that has none as it is written. */
export function scheduleText(text: string): string {
  const { frequency, minute, time, weekday, day } = readSchedule(text);
  switch (frequency) {
    case 'hour':
      return minute === 0 ? 'Every hour' : `Every hour at :${String(minute).padStart(2, '0')}`;
    case 'day':
      return `Every day at ${time}`;
    case 'workdays':
      return `Monday to Friday at ${time}`;
    case 'week':
      return `${WEEKDAY_NAMES[Number(weekday)] ?? ''}s at ${time}`;
    case 'month':
      return day === 'L'
        ? `On the last of the month at ${time}`
        : `On the ${ordinal(Number(day))} at ${time}`;
    case 'cron':
      return text.trim();
  }
}

function ordinal(day: number): string {
  const ending = day % 100 >= 11 && day % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th');
  return `${day}${ending}`;
}
