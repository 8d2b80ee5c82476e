import { Button } from '@mantine/core';
import { useState } from 'react';
import type { LogRow } from '@/api/types';
import { EmptyState } from '@/components/empty-state';
import { SkeletonRows } from '@/components/skeleton-rows';
import { formatCountOf, formatDuration } from '@/lib/format/numbers';
import { formatTime } from '@/lib/format/time';
import { useExplore } from '../state/explore-context';
import type { Run } from '../state/search-session';
import { ALL_TIME, formatRange, rangeAround, resolveRange } from '@/lib/time-range/range';
import { useWhyEmpty, type WhyEmpty } from './use-why-empty';
import classes from './results.module.css';

const SKELETON_ROWS = 6;

/** No rows: says whether the time range or which part of the search is why, each with the button that mends it. */
export function EmptyResult({ run }: { run: Run }) {
  const { search, zone } = useExplore();
  const why = useWhyEmpty(run);
  const isAllTime = search.range.from === null && search.range.to === null;
  const isSearch = run.query !== '' && run.query !== '*';
  if (why.isPending) return <SkeletonRows count={SKELETON_ROWS} />;
  if (isAllTime && !isSearch) {
    return (
      <EmptyState title="Nothing is stored yet">As soon as the first rows arrive, they show here.</EmptyState>
    );
  }
  const phrase = isAllTime ? 'at any time' : `in the range "${formatRange(search.range, zone)}"`;
  return (
    <EmptyState title={isSearch ? `No row matches ${phrase}` : `No rows ${phrase}`}>
      <Reason why={why} isAllTime={isAllTime} isSearch={isSearch} />
      <ul className={classes.ways} aria-label="Ways to find rows">
        {why.blockers.map((blocker) => (
          <BlockerWay key={blocker.rest} blocker={blocker} />
        ))}
        {why.before !== null && <TimeWay row={why.before} isBefore />}
        {why.after !== null && <TimeWay row={why.after} isBefore={false} />}
        <WideWays why={why} isAllTime={isAllTime} isSearch={isSearch} />
      </ul>
    </EmptyState>
  );
}

interface ReasonProps {
  why: WhyEmpty;
  isAllTime: boolean;
  isSearch: boolean;
}

function Reason({ why, isAllTime, isSearch }: ReasonProps) {
  const there = why.inRange === null ? 'There may be rows' : formatCountOf(why.inRange, 'row is', 'rows are');
  if (why.inRange === 0 && !isAllTime) {
    return why.existsElsewhere === false && isSearch
      ? 'The range holds no row at all, and no row matches at other times either.'
      : 'The time range is why: it holds no row at all.';
  }
  if (why.blockers.length > 0) return `${there} in the range. Without one part of the search some match:`;
  if (why.existsElsewhere === true)
    return `${there} in the range, and none of them matches. At other times some do:`;
  return `${there} there without the search: a name or a value in it may be written differently.`;
}

function BlockerWay({ blocker }: { blocker: WhyEmpty['blockers'][number] }) {
  const { setQuery } = useExplore();
  return (
    <li>
      <Button variant="default" onClick={() => setQuery(blocker.rest)}>
        Leave out&nbsp;<code className={classes.term}>{blocker.text}</code>
      </Button>
      {formatCountOf(blocker.count, 'row')}
    </li>
  );
}

/** Goes to the nearest row before or after the range. */
function TimeWay({ row, isBefore }: { row: LogRow; isBefore: boolean }) {
  const { search, zone, showAt } = useExplore();
  const [now] = useState(() => Date.now());
  const time = Date.parse(row.Timestamp);
  const { from, to } = resolveRange(search.range, now);
  const distance = Math.abs(time - ((isBefore ? from : to) ?? time));
  return (
    <li>
      <Button variant="default" onClick={() => showAt(row, rangeAround(search.range, time, now))}>
        Go to {formatTime(row.Timestamp, zone).slice(0, 19)}
      </Button>
      the nearest {isBefore ? 'before' : 'after'}, {formatDuration(distance)} away
    </li>
  );
}

function WideWays({ why, isAllTime, isSearch }: ReasonProps) {
  const { setQuery, setRange, setQueryAndRange } = useExplore();
  return (
    <>
      {!isAllTime && why.existsElsewhere !== false && (
        <li>
          <Button variant="default" onClick={() => setRange(ALL_TIME)}>
            Show all time
          </Button>
        </li>
      )}
      {isSearch && why.inRange !== 0 && (
        <li>
          <Button variant="default" onClick={() => setQuery('')}>
            Clear the search
          </Button>
        </li>
      )}
      {!isAllTime && why.inRange === 0 && why.existsElsewhere === false && (
        <li>
          <Button variant="default" onClick={() => setQueryAndRange('', ALL_TIME)}>
            Show everything
          </Button>
        </li>
      )}
    </>
  );
}
