import '@mantine/dates/styles.css';
import { Button, TextInput } from '@mantine/core';
import { DatePicker } from '@mantine/dates';
import { useState } from 'react';
import { zoneName } from '@/lib/time-range/time-zone';
import type { Clock } from '@/lib/time-range/parse-point';
import { parseRange } from '@/lib/time-range/parse-range';
import {
  ALL_TIME,
  formatLength,
  formatRange,
  isRelative,
  isSameRange,
  PRESETS,
  resolveRange,
  type TimeRange,
} from '@/lib/time-range/range';
import { formatDate, midnight } from '@/lib/time-range/zone';
import classes from './time-picker.module.css';

interface TimePanelProps {
  range: TimeRange;
  recent: TimeRange[];
  clock: Clock;
  onChoose: (range: TimeRange) => void;
}

type Days = [string | null, string | null];

/** What the calendar marks for a range. */
function daysOf(range: TimeRange, clock: Clock): Days {
  const { from, to } = resolveRange(range, clock.now);
  if (from === null || to === null) return [null, null];
  const last = to > from && to === midnight(to, clock.zone) ? to - 1 : to;
  return [formatDate(from, clock.zone), formatDate(last, clock.zone)];
}

function lengthOf(range: TimeRange, now: number): string {
  const { from, to } = resolveRange(range, now);
  return from === null || to === null || isRelative(range) ? '' : ` (${formatLength(to - from)})`;
}

export function TimePanel({ range, recent, clock, onChoose }: TimePanelProps) {
  const [text, setText] = useState(() => formatRange(range, clock.zone));
  const [days, setDays] = useState<Days>(() => daysOf(range, clock));
  const [isTouched, setTouched] = useState(false);
  const parsed = parseRange(text, clock);
  const problem = 'problem' in parsed ? parsed.problem : null;

  const apply = () => {
    setTouched(true);
    if ('range' in parsed) onChoose(parsed.range);
  };
  const chooseDays = (next: Days) => {
    setDays(next);
    const [from, to] = next;
    if (from !== null) setText(`${from} 00:00 to ${to ?? from} 24:00`);
  };
  return (
    <div className={classes.panel}>
      <form
        className={classes.typed}
        onSubmit={(event) => {
          event.preventDefault();
          apply();
        }}
      >
        <div className={classes.row}>
          <TextInput
            data-autofocus
            className={classes.input}
            aria-label="Time range as text"
            placeholder="2h ago to now"
            value={text}
            onFocus={(event) => event.currentTarget.select()}
            onChange={(event) => {
              setText(event.currentTarget.value);
              setTouched(true);
            }}
            error={isTouched && problem !== null}
          />
          <Button type="submit" disabled={problem !== null}>
            Apply
          </Button>
        </div>
        <p
          className={classes.reading}
          data-problem={(isTouched && problem !== null) || undefined}
          role="status"
        >
          {'range' in parsed
            ? `${formatRange(parsed.range, clock.zone)}${lengthOf(parsed.range, clock.now)}`
            : problem}
        </p>
        <DatePicker
          type="range"
          size="xs"
          allowSingleDateInRange
          value={days}
          onChange={chooseDays}
          defaultDate={days[1] ?? formatDate(clock.now, clock.zone)}
          highlightToday
          weekendDays={[]}
          className={classes.calendar}
        />
        <p className={classes.hint}>
          Times are in {zoneName(clock.zone)}. Also understood: <code>15m</code>,{' '}
          <code>yesterday 9:00 to 10:00</code>, <code>10:00 ± 5m</code>, <code>now-2d to now-1d</code>.
        </p>
      </form>
      <div className={classes.lists}>
        <RangeList
          title="Relative"
          ranges={[...PRESETS.map((preset) => preset.range), ALL_TIME]}
          {...{ range, clock, onChoose }}
        />
        {recent.length > 0 && <RangeList title="Recent" ranges={recent} {...{ range, clock, onChoose }} />}
      </div>
    </div>
  );
}

interface RangeListProps extends Omit<TimePanelProps, 'recent'> {
  title: string;
  ranges: TimeRange[];
}

function RangeList({ title, ranges, range, clock, onChoose }: RangeListProps) {
  return (
    <>
      <h3 className={classes.heading}>{title}</h3>
      <ul className={classes.list} aria-label={title}>
        {ranges.map((one) => (
          <li key={`${one.from ?? ''} ${one.to ?? ''}`}>
            <button
              type="button"
              className={classes.choice}
              aria-current={isSameRange(one, range) || undefined}
              onClick={() => onChoose(one)}
            >
              {formatRange(one, clock.zone)}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
