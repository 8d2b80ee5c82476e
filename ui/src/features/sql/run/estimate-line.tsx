import { IconGauge } from '@tabler/icons-react';
import type { Estimate } from '@/api/sql';
import { formatBytes, formatCompact, formatDuration } from '@/lib/format/numbers';
import type { EstimateState } from './use-estimate';
import classes from './run.module.css';

/** `Reads up to 1.3 M rows, 340 MB, about 0.4 s`. */
export function estimateText({ rows, bytes, seconds, is_upper_bound: isUpper }: Estimate): string {
  if (rows === 0) return 'Reads nothing that is stored';
  const figures = [
    `${formatCompact(rows)} ${rows === 1 ? 'row' : 'rows'}`,
    // Other servers say rows alone.
    ...(bytes === 0 ? [] : [formatBytes(bytes)]),
    ...(seconds === null ? [] : [`about ${formatDuration(seconds * 1000)}`]),
  ];
  return `Reads ${isUpper ? 'up to ' : ''}${figures.join(', ')}`;
}

/** Another server may give no figures, which is not the same as none. */
export function isUnknown({ rows }: Estimate, source: string | null | undefined): boolean {
  return rows === 0 && source != null;
}

/** What the statement would read, beside Run. */
export function EstimateLine({ estimate, isStale, source }: EstimateState & { source: string | null }) {
  if (estimate === null || isUnknown(estimate, source)) return null;
  return (
    <span
      className={classes.estimate}
      data-stale={isStale || undefined}
      data-verdict={estimate.verdict}
      title={`${estimate.parts} parts, ${estimate.marks} marks of the index`}
    >
      <IconGauge size={14} aria-hidden />
      {estimateText(estimate)}
      {estimate.verdict === 'refuse' && ': more than is allowed'}
    </span>
  );
}
