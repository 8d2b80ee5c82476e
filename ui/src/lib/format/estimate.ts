import type { Estimate } from '@/api/sql';
import { formatBytes, formatCompact, formatDuration } from './numbers';

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
