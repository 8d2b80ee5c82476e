import { Button, Popover } from '@mantine/core';
import { IconChevronDown, IconClock } from '@tabler/icons-react';
import { useState } from 'react';
import { useCommands } from '@/lib/shortcuts/use-commands';
import { useExplore } from '../state/explore-context';
import { useStored, withRecent } from '../state/stored';
import { formatRange, isSameRange, type TimeRange } from './range';
import { TimePanel } from './time-panel';
import { zoneLabel } from './zone';
import classes from './time-picker.module.css';

const RECENT_LIMIT = 6;

/** The one place to choose a time range: typed, relative, recent or from the calendar. */
export function TimePicker() {
  const { search, zone, setRange } = useExplore();
  const [isOpen, setOpen] = useState(false);
  const [recent, setRecent] = useStored<TimeRange[]>('ranges', []);
  // The zone's offset is that of the day that is looked at, not of today.
  const [openedAt, setOpenedAt] = useState(() => Date.now());

  const open = () => {
    setOpenedAt(Date.now());
    setOpen(true);
  };
  const choose = (range: TimeRange) => {
    setOpen(false);
    setRecent(withRecent(recent, range, RECENT_LIMIT, isSameRange));
    setRange(range);
  };
  useCommands([
    { id: 'explore.time', title: 'Choose the time range', group: 'Explore', keys: ['t'], run: open },
  ]);

  const label = formatRange(search.range, zone);
  const at = Date.parse(search.range.to ?? '') || openedAt;
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
        <TimePanel range={search.range} recent={recent} clock={{ now: openedAt, zone }} onChoose={choose} />
      </Popover.Dropdown>
    </Popover>
  );
}
