import { ActionIcon, Button, TextInput, Tooltip } from '@mantine/core';
import { IconSearch, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { EmptyState } from '@/components/empty-state';
import { notifyUndo } from '@/components/notify';
import { formatCountOf, formatDuration } from '@/lib/format/numbers';
import { formatTimeExact, formatTimeToSecond } from '@/lib/format/time';
import { usePreferences } from '@/lib/preferences/preferences';
import { found, type HistoryEntry } from './history';
import classes from './history-panel.module.css';

interface HistoryPanelProps {
  entries: HistoryEntry[];
  onChange: (entries: HistoryEntry[]) => void;
  onOpen: (entry: HistoryEntry) => void;
}

const SHOWN = 100;

/** What ran before, on this machine alone. */
export function HistoryPanel({ entries, onChange, onOpen }: HistoryPanelProps) {
  const [{ timeZone }] = usePreferences();
  const [search, setSearch] = useState('');
  const matching = found(entries, search);
  const clear = (): void => {
    onChange([]);
    notifyUndo('The history was cleared.', () => onChange(entries));
  };
  if (entries.length === 0) {
    return (
      <EmptyState title="No statement has run yet">
        What you run is listed here, on this machine alone.
      </EmptyState>
    );
  }
  return (
    <div className={classes.panel}>
      <div className={classes.head}>
        <TextInput
          className={classes.search}
          aria-label="Search the history"
          placeholder="Search the history"
          leftSection={<IconSearch size={13} aria-hidden />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <Tooltip label="Clear the history">
          <ActionIcon aria-label="Clear the history" onClick={clear}>
            <IconTrash size={15} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </div>
      <ul className={classes.list} aria-label="History">
        {matching.slice(0, SHOWN).map((entry) => (
          <li key={`${entry.source ?? ''} ${entry.sql}`}>
            <button type="button" className={classes.entry} onClick={() => onOpen(entry)}>
              <span className={classes.sql}>{entry.sql.replaceAll(/\s+/g, ' ').slice(0, 400)}</span>
              <span className={classes.facts}>
                <span title={formatTimeExact(entry.at, timeZone)}>
                  {formatTimeToSecond(entry.at, timeZone)}
                </span>
                {entry.source !== undefined && <span>on {entry.source}</span>}
                {entry.error === null ? (
                  <>
                    <span>{formatDuration(entry.elapsed_ms)}</span>
                    <span>{formatCountOf(entry.rows, 'row')}</span>
                  </>
                ) : (
                  <span className={classes.failed}>{entry.error}</span>
                )}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {matching.length === 0 && (
        <EmptyState
          title="No statement has these words"
          action={
            <Button variant="default" onClick={() => setSearch('')}>
              Show all
            </Button>
          }
        />
      )}
    </div>
  );
}
