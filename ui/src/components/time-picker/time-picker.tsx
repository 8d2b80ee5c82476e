import { Button, Popover } from '@mantine/core';
import { IconChevronDown, IconClock } from '@tabler/icons-react';
import { useState } from 'react';
import { formatRange, type TimeRange } from '@/lib/time-range/range';
import { zoneLabel } from '@/lib/time-range/zone';
import type { TimeZone } from '@/lib/time-range/time-zone';
import { useCommands } from '@/lib/shortcuts/use-commands';
import { TimePanel } from './time-panel';
import classes from './time-picker.module.css';

interface TimePickerProps {
  range: TimeRange;
  zone: TimeZone;
  /** Ranges that were chosen before, the last first. */
  recent: TimeRange[];
  /** The group of its command, such as `Explore`. */
  group: string;
  onChoose: (range: TimeRange) => void;
}

/** The one place to choose a time range: typed, relative, recent or from the calendar. */
export function TimePicker({ range, zone, recent, group, onChoose }: TimePickerProps) {
  const [isOpen, setOpen] = useState(false);
  // The zone's offset is that of the day that is looked at, not of today.
  const [openedAt, setOpenedAt] = useState(() => Date.now());

  const open = () => {
    setOpenedAt(Date.now());
    setOpen(true);
  };
  useCommands([
    { id: `${group.toLowerCase()}.time`, title: 'Choose the time range', group, keys: ['t'], run: open },
  ]);

  const label = formatRange(range, zone);
  const at = Date.parse(range.to ?? '') || openedAt;
  return (
    <Popover
      opened={isOpen}
      onChange={setOpen}
      position="bottom-end"
      trapFocus
      returnFocus
      shadow="md"
      width="auto"
    >
      <Popover.Target>
        <Button
          variant="default"
          className={classes.button}
          onClick={() => (isOpen ? setOpen(false) : open())}
          leftSection={<IconClock size={14} aria-hidden />}
          rightSection={<IconChevronDown size={13} aria-hidden />}
          aria-label={`Time range: ${label}`}
          aria-expanded={isOpen}
        >
          <span className={classes.label}>{label}</span>
          <span className={classes.zone}>{zoneLabel(at, zone)}</span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label="Time range">
        <TimePanel
          range={range}
          recent={recent}
          clock={{ now: openedAt, zone }}
          onChoose={(chosen) => {
            setOpen(false);
            onChoose(chosen);
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}
