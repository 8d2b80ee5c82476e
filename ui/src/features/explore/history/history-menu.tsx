import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { IconArrowLeft, IconArrowRight, IconHistory } from '@tabler/icons-react';
import { useRouter } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Shortcut } from '../layout/shortcut';
import { useExplore } from '../state/explore-context';
import { formatRange, isSameRange } from '@/lib/time-range/range';
import { formatClock } from '@/lib/time-range/zone';
import { readHistory, remember, type HistoryEntry } from './session-history';
import classes from './history.module.css';
import { usePaneCommands } from '../state/pane';

/** Back and forward through the searches and ranges of this session, and the list of them. */
export function HistoryMenu() {
  const { search } = useExplore();
  const { history } = useRouter();
  const [entries, setEntries] = useState<HistoryEntry[] | null>(null);
  const { query, range } = search;
  const { from, to } = range;
  useEffect(() => {
    remember(window.sessionStorage, { query, range: { from, to }, at: Date.now() });
  }, [query, from, to]);

  const open = () => setEntries(readHistory(window.sessionStorage));
  const group = 'Explore';
  const keys = { back: ['[', 'alt+ArrowLeft'], forward: [']', 'alt+ArrowRight'] };
  usePaneCommands([
    {
      id: 'explore.back',
      title: 'Back to the search before',
      group,
      keys: keys.back,
      run: () => history.back(),
    },
    {
      id: 'explore.forward',
      title: 'Forward to the search after',
      group,
      keys: keys.forward,
      run: () => history.forward(),
    },
    { id: 'explore.history', title: 'Searches of this session', group, keys: ['shift+h'], run: open },
  ]);
  return (
    <div className={classes.history}>
      <Tooltip label={<Shortcut text="Back to the search before" keys="[" />}>
        <ActionIcon aria-label="Back to the search before" onClick={() => history.back()}>
          <IconArrowLeft size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={<Shortcut text="Forward to the search after" keys="]" />}>
        <ActionIcon aria-label="Forward to the search after" onClick={() => history.forward()}>
          <IconArrowRight size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Menu
        opened={entries !== null}
        onChange={(isOpen) => (isOpen ? open() : setEntries(null))}
        position="bottom-end"
        withinPortal
        width={420}
      >
        <Menu.Target>
          <Tooltip label={<Shortcut text="Searches of this session" keys="shift+h" />}>
            <ActionIcon aria-label="Searches of this session">
              <IconHistory size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Menu.Target>
        <Menu.Dropdown className={classes.dropdown}>
          <Menu.Label>Searches of this session</Menu.Label>
          {entries?.map((entry) => (
            <Entry
              key={`${entry.query} ${entry.range.from ?? ''} ${entry.range.to ?? ''}`}
              entry={entry}
              isCurrent={entry.query === query && isSameRange(entry.range, range)}
            />
          ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}

function Entry({ entry, isCurrent }: { entry: HistoryEntry; isCurrent: boolean }) {
  const { zone, setQueryAndRange } = useExplore();
  return (
    <Menu.Item
      aria-current={isCurrent || undefined}
      rightSection={
        <span className={classes.at}>{formatClock(Math.floor(entry.at / 1_000) * 1_000, zone)}</span>
      }
      onClick={() => setQueryAndRange(entry.query, entry.range)}
    >
      <span className={classes.query}>{entry.query === '' ? 'All rows' : entry.query}</span>
      <span className={classes.range}>{formatRange(entry.range, zone)}</span>
    </Menu.Item>
  );
}
