import { Button, SegmentedControl } from '@mantine/core';
import { useLayoutEffect, useRef } from 'react';
import type { LogRow } from '@/api/types';
import { stripAnsi } from '@/components/log/ansi';
import { SeverityTag } from '@/components/log/severity-tag';
import { ErrorState } from '@/components/error-state';
import { SkeletonRows } from '@/components/skeleton-rows';
import { formatTime, formatTimeExact } from '@/lib/format/time';
import { levelOfNumber } from '@/lib/severity';
import { useExplore } from '../state/explore-context';
import { useStored } from '../state/stored';
import { surroundingQuery, useSurrounding, type Surroundings } from './use-surrounding';
import classes from './around.module.css';

const SCOPES: { value: Surroundings; label: string }[] = [
  { value: 'service', label: 'Service' },
  { value: 'host', label: 'Host' },
  { value: 'trace', label: 'Trace' },
  { value: 'all', label: 'All' },
];

/** The rows before and after the open one, whatever the search asks for: of its service, host, trace, or all. */
export default function AroundTab({ row }: { row: LogRow }) {
  const [wanted, setScope] = useStored<string>('detail.around', 'service');
  const scopes = SCOPES.map((scope) => ({ ...scope, disabled: surroundingQuery(row, scope.value) === null }));
  const scope = scopes.find((one) => one.value === wanted && !one.disabled)?.value ?? 'all';
  return (
    <div>
      <div className={classes.head}>
        <SegmentedControl aria-label="Rows around, of" value={scope} onChange={setScope} data={scopes} />
      </div>
      <Rows key={`${row.IngestId} ${scope}`} row={row} query={surroundingQuery(row, scope) ?? '*'} />
    </div>
  );
}

function Rows({ row, query }: { row: LogRow; query: string }) {
  const { newer, older, hasNewer, hasOlder, showNewer, showOlder, error, isFetching, refetch } =
    useSurrounding(row, query);
  const own = useRef<HTMLLIElement>(null);
  const isThere = newer !== undefined;
  const newerCount = newer?.length ?? 0;
  // The row itself stays in sight as rows come above it.
  useLayoutEffect(() => {
    if (isThere) own.current?.scrollIntoView({ block: 'center' });
  }, [isThere, newerCount]);
  if (error !== null && !isThere) {
    return (
      <ErrorState title="The rows around were not fetched" error={error} onRetry={() => void refetch()} />
    );
  }
  if (!isThere) return <SkeletonRows count={12} />;
  return (
    <div aria-busy={isFetching}>
      {hasNewer ? (
        <More text="More newer rows" onClick={showNewer} />
      ) : (
        <p className={classes.end}>The newest</p>
      )}
      <ol className={classes.rows} aria-label="Rows around, the newest first">
        {newer.map((other) => (
          <Row key={other.IngestId} row={other} />
        ))}
        <li ref={own} className={classes.own} aria-current="true">
          <Line row={row} />
        </li>
        {older?.map((other) => (
          <Row key={other.IngestId} row={other} />
        ))}
      </ol>
      {hasOlder ? (
        <More text="More older rows" onClick={showOlder} />
      ) : (
        <p className={classes.end}>The oldest</p>
      )}
    </div>
  );
}

function More({ text, onClick }: { text: string; onClick: () => void }) {
  return (
    <Button variant="subtle" size="compact-xs" className={classes.more} onClick={onClick}>
      {text}
    </Button>
  );
}

function Row({ row }: { row: LogRow }) {
  const { openRow } = useExplore();
  return (
    <li>
      <button type="button" className={classes.row} onClick={() => openRow(row)}>
        <Line row={row} />
      </button>
    </li>
  );
}

function Line({ row }: { row: LogRow }) {
  const { zone } = useExplore();
  return (
    <>
      <time dateTime={row.Timestamp} title={formatTimeExact(row.Timestamp, zone)}>
        {formatTime(row.Timestamp, zone).slice(11)}
      </time>
      <SeverityTag level={levelOfNumber(row.SeverityNumber)} />
      <span className={classes.text} title={row.ServiceName}>
        {stripAnsi(row.Body).slice(0, 400)}
      </span>
    </>
  );
}
