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
    formatBytes(bytes),
    ...(seconds === null ? [] : [`about ${formatDuration(seconds * 1000)}`]),
  ];
  return `Reads ${isUpper ? 'up to ' : ''}${figures.join(', ')}`;
}

/** What the statement would read, beside Run. */
export function EstimateLine({ estimate, isStale }: EstimateState) {
  if (estimate === null) return null;
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
