import { useQuery } from '@tanstack/react-query';
import { useApi } from '@/api/client';
import { useStatus } from '@/api/status';
import type { Alarm, Status } from '@/api/types';
import { ErrorState } from '@/components/error-state';
import { asSentence } from '@/components/notify';
import { Page } from '@/components/page';
import { SkeletonRows } from '@/components/skeleton-rows';
import { formatBytes, formatCountOf, formatDuration } from '@/lib/format/numbers';
import classes from './delivery-page.module.css';
import { RefusedBatches } from './refused-batches';

/** From the spool to ClickHouse: what waits, what needs attention, and what could not be stored. */
export function DeliveryPage() {
  const api = useApi();
  const { data: status } = useStatus();
  const letters = useQuery({
    queryKey: ['dead-letters'],
    queryFn: ({ signal }) => api.deadLetters(signal),
    refetchInterval: 5_000,
  });
  return (
    <Page title="Delivery">
      <div className={classes.content} data-inset>
        {status !== undefined && <Alarms alarms={status.alarms} />}
        <Waiting spool={status?.spool} />
        <h2 className={classes.heading}>Refused records</h2>
        {letters.data !== undefined ? (
          <RefusedBatches list={letters.data} />
        ) : letters.isError ? (
          <ErrorState
            title="The refused records could not be listed"
            error={letters.error}
            onRetry={() => void letters.refetch()}
          />
        ) : (
          <SkeletonRows count={4} />
        )}
      </div>
    </Page>
  );
}

function Alarms({ alarms }: { alarms: Alarm[] }) {
  if (alarms.length === 0) return null;
  return (
    <ul className={classes.alarms} aria-label="Alarms">
      {alarms.map(({ code, level, message }) => (
        <li key={code} className={classes.alarm} data-level={level}>
          <strong>{level === 'critical' ? 'Critical' : 'Warning'}</strong>
          <span>{asSentence(message)}</span>
        </li>
      ))}
    </ul>
  );
}

function Waiting({ spool }: { spool: Status['spool'] | undefined }) {
  return (
    <dl className={classes.facts}>
      {factsOf(spool).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Until they are known they keep their place, so that nothing moves then. */
function factsOf(spool: Status['spool'] | undefined): [name: string, value: string][] {
  const waits = spool !== undefined && spool.pending_rows > 0;
  const orSpace = (value: string): string => (spool === undefined ? '\u00a0' : value);
  return [
    [
      'Waiting for ClickHouse',
      waits
        ? `${formatCountOf(spool.pending_rows, 'row')}, ${formatBytes(spool.pending_bytes)} of at most ${formatBytes(spool.limit_bytes)}`
        : orSpace('Nothing'),
    ],
    ['Oldest of them', waits ? formatDuration(spool.oldest_age_ms) : orSpace('None')],
    ['From arrival to searchable, last', orSpace(formatDuration((spool?.lag_seconds ?? 0) * 1000))],
  ];
}
