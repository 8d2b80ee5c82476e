import { Button, Menu, TextInput, Tooltip } from '@mantine/core';
import { IconArrowBarToDown, IconBookmark, IconChevronDown, IconHighlight } from '@tabler/icons-react';
import type { Level, LogRow } from '@/api/types';
import { GRAVEST_FIRST } from '@/components/log/record';
import { SeverityTag } from '@/components/log/severity-tag';
import { formatCount, formatCountOf } from '@/lib/format/numbers';
import { formatTime } from '@/lib/format/time';
import type { TimeZone } from '@/lib/time-range/time-zone';
import { levelOfNumber } from '@/lib/severity';
import { KEPT_ROWS } from './state/row-buffer';
import { RATE_LIMIT, type TailSession, type TailState } from './state/tail-session';
import type { Bookmarks } from './state/use-bookmarks';
import { useTailPart } from './state/use-tail';
import classes from './tail-line.module.css';

const SAMPLES = [1, 10, 100, 1_000];
const PHASES: Record<TailState['phase'], string> = {
  connecting: 'Connecting',
  reconnecting: 'Connecting again',
  starting: 'Reading the latest rows',
  catching_up: 'Catching up',
  live: 'Live',
  paused: 'Paused',
};

interface TailLineProps {
  session: TailSession;
  isFollowing: boolean;
  words: string;
  bookmarks: Bookmarks;
  zone: TimeZone;
  onFollow: () => void;
  onWords: (words: string) => void;
  onLevels: (hidden: ReadonlySet<Level>) => void;
  onSample: (sample: number) => void;
  onOpen: (row: LogRow) => void;
}

/** What the tail is doing, in figures, and what of it is shown. */
export function TailLine(props: TailLineProps) {
  const { session, isFollowing, words, bookmarks, zone } = props;
  const phase = useTailPart(session, (tail) => tail.phase);
  const rowsPerSecond = useTailPart(session, (tail) => tail.rowsPerSecond);
  const dropped = useTailPart(session, (tail) => tail.dropped);
  const hidden = useTailPart(session, (tail) => tail.hidden);
  const sample = useTailPart(session, (tail) => tail.sample);
  return (
    <div className={classes.line}>
      <span className={classes.phase} data-phase={phase} role="status">
        <span className={classes.dot} aria-hidden />
        {PHASES[phase]}
      </span>
      <span className={classes.figure}>{formatCount(rowsPerSecond)} rows/s</span>
      {dropped > 0 && (
        <Tooltip
          label={`More than ${formatCount(RATE_LIMIT)} rows a second came, or this window was too slow. All are stored.`}
        >
          <span className={classes.dropped} tabIndex={0}>
            {formatCountOf(dropped, 'row')} not shown
          </span>
        </Tooltip>
      )}
      <KeptRows session={session} />
      {!isFollowing && (
        <Button
          size="compact-xs"
          variant="light"
          onClick={props.onFollow}
          leftSection={<IconArrowBarToDown size={13} aria-hidden />}
        >
          Follow
        </Button>
      )}
      <span className={classes.space} />
      <LevelToggles hidden={hidden} onChange={props.onLevels} />
      <SampleMenu sample={sample} onChange={props.onSample} />
      <BookmarkMenu bookmarks={bookmarks} zone={zone} onOpen={props.onOpen} />
      <TextInput
        className={classes.words}
        size="xs"
        aria-label="Words to highlight, parted by commas"
        placeholder="Highlight"
        leftSection={<IconHighlight size={14} aria-hidden />}
        value={words}
        onChange={(event) => props.onWords(event.currentTarget.value)}
      />
    </div>
  );
}

/** Changes with every row that comes, unlike the rest of the line. */
function KeptRows({ session }: { session: TailSession }) {
  const kept = useTailPart(session, (tail) => tail.kept);
  const forgotten = useTailPart(session, (tail) => tail.forgotten);
  return (
    <span className={classes.figure}>
      {formatCountOf(kept, 'row')}
      {forgotten > 0 && (
        <span className={classes.faint} title={`The newest ${formatCount(KEPT_ROWS)} rows are kept here`}>
          , {formatCount(forgotten)} older ones not kept
        </span>
      )}
    </span>
  );
}

function LevelToggles({
  hidden,
  onChange,
}: {
  hidden: ReadonlySet<Level>;
  onChange: (hidden: ReadonlySet<Level>) => void;
}) {
  const toggle = (level: Level) => {
    const next = new Set(hidden);
    if (!next.delete(level)) next.add(level);
    onChange(next);
  };
  return (
    <div className={classes.levels} role="group" aria-label="Levels shown">
      {GRAVEST_FIRST.map((level) => (
        <button
          key={level}
          type="button"
          className={classes.level}
          aria-label={level}
          aria-pressed={!hidden.has(level)}
          onClick={() => toggle(level)}
        >
          <SeverityTag level={level} />
        </button>
      ))}
    </div>
  );
}

function SampleMenu({ sample, onChange }: { sample: number; onChange: (sample: number) => void }) {
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button
          size="compact-xs"
          variant={sample === 1 ? 'subtle' : 'light'}
          rightSection={<IconChevronDown size={12} aria-hidden />}
        >
          {sampleName(sample)}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Of the rows that match, show</Menu.Label>
        {SAMPLES.map((each) => (
          <Menu.Item key={each} fw={each === sample ? 600 : undefined} onClick={() => onChange(each)}>
            {sampleName(each)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function sampleName(sample: number): string {
  return sample === 1 ? 'Each row' : `1 of ${formatCount(sample)}`;
}

function BookmarkMenu({
  bookmarks,
  zone,
  onOpen,
}: {
  bookmarks: Bookmarks;
  zone: TimeZone;
  onOpen: (row: LogRow) => void;
}) {
  const { rows } = bookmarks;
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button
          size="compact-xs"
          variant={rows.length === 0 ? 'subtle' : 'light'}
          leftSection={<IconBookmark size={13} aria-hidden />}
          aria-label={`Bookmarks: ${rows.length}`}
        >
          {rows.length}
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={classes.bookmarks}>
        {rows.length === 0 && <Menu.Label>Choose a row and press b to find it again here</Menu.Label>}
        {rows.map((row) => (
          <Menu.Item key={row.IngestId} onClick={() => onOpen(row)}>
            <span className={classes.bookmark}>
              <SeverityTag level={levelOfNumber(row.SeverityNumber)} />
              <time dateTime={row.Timestamp}>{formatTime(row.Timestamp, zone).slice(11)}</time>
              <span className={classes.bookmarkText}>{row.Body.split('\n', 1)[0]}</span>
            </span>
          </Menu.Item>
        ))}
        {rows.length > 0 && (
          <>
            <Menu.Divider />
            <Menu.Item onClick={bookmarks.clear}>Remove all</Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
