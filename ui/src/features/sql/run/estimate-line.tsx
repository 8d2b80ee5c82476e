import { IconGauge } from '@tabler/icons-react';
import type { Estimate } from '@/api/sql';
import { estimateText } from '@/lib/format/estimate';
import type { EstimateState } from './use-estimate';
import classes from './run.module.css';

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
