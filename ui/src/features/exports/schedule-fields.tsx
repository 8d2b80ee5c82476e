import { NumberInput, Select, TextInput } from '@mantine/core';
import classes from './exports.module.css';
import { cronOf, FREQUENCIES, MONTH_DAYS, WEEKDAYS, type Schedule } from './schedule';

interface ScheduleFieldsProps {
  schedule: Schedule;
  onChange: (schedule: Schedule) => void;
}

/** When it runs: how often, and at which time of that. */
export function ScheduleFields({ schedule, onChange }: ScheduleFieldsProps) {
  const { frequency } = schedule;
  const change = (part: Partial<Schedule>): void => onChange({ ...schedule, ...part });
  const hasTime = frequency !== 'hour' && frequency !== 'cron';
  return (
    <div className={classes.pair}>
      <Select
        label="Runs"
        allowDeselect={false}
        data={FREQUENCIES}
        value={frequency}
        onChange={(next) => {
          // One goes on from what was chosen.
          if (next !== null)
            change({ frequency: next, ...(next === 'cron' ? { cron: cronOf(schedule) } : {}) });
        }}
      />
      <div className={classes.times}>
        {frequency === 'week' && (
          <Select
            label="On"
            allowDeselect={false}
            data={WEEKDAYS}
            value={schedule.weekday}
            onChange={(weekday) => weekday !== null && change({ weekday })}
          />
        )}
        {frequency === 'month' && (
          <Select
            label="On day"
            allowDeselect={false}
            data={MONTH_DAYS}
            value={schedule.day}
            onChange={(day) => day !== null && change({ day })}
          />
        )}
        {hasTime && (
          <TextInput
            label="At"
            type="time"
            required
            withAsterisk={false}
            value={schedule.time}
            onChange={(event) =>
              event.currentTarget.value !== '' && change({ time: event.currentTarget.value })
            }
          />
        )}
        {frequency === 'hour' && (
          <NumberInput
            label="Minute"
            size="xs"
            min={0}
            max={59}
            allowDecimal={false}
            clampBehavior="strict"
            value={schedule.minute}
            onChange={(minute) => typeof minute === 'number' && change({ minute })}
          />
        )}
        {frequency === 'cron' && (
          <TextInput
            label="Minute, hour, day, month, weekday"
            classNames={{ input: classes.mono ?? '' }}
            placeholder="0 7 * * 1-5"
            autoComplete="off"
            spellCheck={false}
            value={schedule.cron}
            onChange={(event) => change({ cron: event.currentTarget.value })}
          />
        )}
      </div>
    </div>
  );
}
