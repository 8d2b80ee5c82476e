import { sqlExport, type Exported, type NotExported } from '@/components/exports/exported';
import type { RunState } from '../run/statement-run';

/** What the statement answered as a file: all of it, of the times that it was run for. */
export function answerExport(
  { status, statement, columns, count, startedAt }: RunState,
  title: string,
): Exported | NotExported {
  if (status === 'running') return { obstacle: 'The statement still runs' };
  if (statement === null) return { obstacle: 'Nothing has run yet' };
  if (columns.length === 0) return { obstacle: 'There is no answer to export' };
  if (count === 0) return { obstacle: 'There are no rows to export' };
  return sqlExport(statement, startedAt, title);
}
