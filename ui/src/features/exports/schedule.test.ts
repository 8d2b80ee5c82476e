import { describe, expect, it } from 'vitest';
import { cronOf, readSchedule, scheduleText } from './schedule';

describe('schedules', () => {
  it.each([
    ['0 * * * *', 'Every hour'],
    ['5 * * * *', 'Every hour at :05'],
    ['0 7 * * *', 'Every day at 07:00'],
    ['30 18 * * 1-5', 'Monday to Friday at 18:30'],
    ['0 8 * * 1', 'Mondays at 08:00'],
    ['0 8 * * 0', 'Sundays at 08:00'],
    ['0 6 1 * *', 'On the 1st at 06:00'],
    ['0 6 22 * *', 'On the 22nd at 06:00'],
    ['0 6 12 * *', 'On the 12th at 06:00'],
    ['0 6 L * *', 'On the last of the month at 06:00'],
  ])('%s is "%s" and can be chosen', (cron, words) => {
    expect(scheduleText(cron)).toBe(words);
    expect(readSchedule(cron).frequency).not.toBe('cron');
    expect(cronOf(readSchedule(cron))).toBe(cron);
  });

  it.each(['*/5 * * * *', '0 7 * 1 *', '0 7 1 * 1', '0 7 31 * *', '60 7 * * *', '0 24 * * *', 'now', ''])(
    '%s stays as it is written',
    (cron) => {
      expect(readSchedule(cron)).toMatchObject({ frequency: 'cron', cron });
      expect(scheduleText(cron)).toBe(cron);
      expect(cronOf(readSchedule(cron))).toBe(cron);
    },
  );

  it('knows other ways to write the same', () => {
    expect(scheduleText('@daily')).toBe('Every day at 00:00');
    expect(scheduleText('@hourly')).toBe('Every hour');
    expect(scheduleText(' 0  7 * * mon-fri ')).toBe('Monday to Friday at 07:00');
    expect(scheduleText('0 7 * * 7')).toBe('Sundays at 07:00');
  });
});
