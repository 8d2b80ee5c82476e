import type { Status } from '@/api/types';
import { formatCountOf, formatDuration } from '@/lib/format/numbers';

/** An alarm in the few words that the status bar has room for. */
export function alarmText(code: string, { spool }: Status): string {
  switch (code) {
    case 'spool.size':
      return `Spool ${Math.floor((100 * spool.pending_bytes) / Math.max(1, spool.limit_bytes))} % full`;
    case 'spool.age':
      return `Rows wait since ${formatDuration(spool.oldest_age_ms)}`;
    case 'spool.dead_letters':
      return formatCountOf(spool.dead_letters, 'refused batch', 'refused batches');
    case 'exports.failing':
      return 'A scheduled export failed';
    default:
      return 'Needs attention';
  }
}
