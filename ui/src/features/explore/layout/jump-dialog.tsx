import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '@/api/client';
import { plainMessage } from '@/components/notify';
import { useExplore } from '../state/explore-context';
import { filterPart } from '../state/pipes';
import { parsePoint, type Clock } from '@/lib/time-range/parse-point';
import { rangeAround, resolvePoint, resolveRange } from '@/lib/time-range/range';
import { formatClock, formatDate, midnight } from '@/lib/time-range/zone';
import classes from './jump-dialog.module.css';

/** Asks for a time, and shows the row nearest to it among what the search finds, with what is around. */
export default function JumpDialog({ onClose }: { onClose: () => void }) {
  const { search, zone, showAt } = useExplore();
  const api = useApi();
  const [clock] = useState((): Clock => ({ now: Date.now(), zone }));
  const [text, setText] = useState('');
  // A clock time alone is of the day that is looked at.
  const { to } = resolveRange(search.range, clock.now);
  const point = parsePoint(text.trim(), clock, midnight((to ?? clock.now) - 1, zone));
  const time = point === null ? null : resolvePoint(point.text, clock.now);
  const jump = useMutation({
    mutationFn: async (at: number) => {
      const timestamp = new Date(at).toISOString();
      const answer = await api.surrounding({
        query: filterPart(search.query),
        source: search.source,
        timestamp,
        before: 1,
        after: 1,
      });
      const [before] = answer.before;
      const [after] = answer.after;
      const distance = (row: typeof before) =>
        row === undefined ? Infinity : Math.abs(Date.parse(row.Timestamp) - at);
      return distance(after) <= distance(before) ? (after ?? null) : (before ?? null);
    },
    onSuccess: (row) => {
      if (row === null) return;
      showAt(row, rangeAround(search.range, Date.parse(row.Timestamp), clock.now));
      onClose();
    },
  });
  const says = (): string => {
    if (jump.isError) return plainMessage(jump.error);
    if (jump.data === null) return 'The search finds no row at any time.';
    if (text.trim() === '') return 'Such as 10:24:05, yesterday 9:00, 2026-11-20 10:00 or 2h ago.';
    if (time === null) return 'This is no time.';
    return `${formatDate(time, zone)} ${formatClock(time, zone)}`;
  };
  return (
    <Modal opened onClose={onClose} title="Jump to a time" size="sm">
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (time !== null) jump.mutate(time);
        }}
      >
        <TextInput
          data-autofocus
          aria-label="Time"
          placeholder="10:24:05"
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            jump.reset();
          }}
        />
        <Button type="submit" disabled={time === null} loading={jump.isPending}>
          Jump
        </Button>
      </form>
      <p className={classes.reading} role="status">
        {says()}
      </p>
    </Modal>
  );
}
