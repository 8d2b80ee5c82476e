import { useDebouncedValue } from '@mantine/hooks';
import type { ExportPlanRequest } from '@/api/export-jobs';
import { plainMessage } from '@/components/notify';
import { formatSpan, formatTimeToSecond } from '@/lib/format/time';
import classes from './exports.module.css';
import { useExportPlan } from './use-export-jobs';

const TYPING_MS = 250;
const SHOWN = 3;

/** When an export that is being written would run, and about which span of time; in its own time zone. */
export function NextRuns({ plan }: { plan: ExportPlanRequest }) {
  const [settled] = useDebouncedValue(JSON.stringify(plan), TYPING_MS);
  const asked = JSON.parse(settled) as ExportPlanRequest;
  const next = useExportPlan(asked);
  const zone = asked.time_zone === 'UTC' ? 'utc' : asked.time_zone;
  const span = (from: string | null, to: string | null): string => {
    if (from !== null && to !== null) return formatSpan(from, to, zone);
    if (from !== null) return `from ${formatTimeToSecond(from, zone)}`;
    return to === null ? 'all time' : `to ${formatTimeToSecond(to, zone)}`;
  };
  return (
    <div className={classes.next} aria-live="polite">
      <span className={classes.label}>Next runs</span>
      {next.isError ? (
        <p className={classes.problem}>{plainMessage(next.error)}</p>
      ) : (
        <ul className={classes.nextList} data-old={next.isPlaceholderData || undefined}>
          {(next.data ?? []).slice(0, SHOWN).map(({ at, from, to }) => (
            <li key={at}>
              <span>{formatTimeToSecond(at, zone)}</span>
              <span className={classes.dim}>{span(from, to)}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
