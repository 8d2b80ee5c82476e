import type { UseQueryResult } from '@tanstack/react-query';
import { searchExport, spanAt, type Exported, type NotExported } from '@/components/exports/exported';
import type { Asked, BuilderResult } from './use-result';

type Result = Pick<UseQueryResult<BuilderResult>, 'data' | 'isError' | 'isPlaceholderData' | 'dataUpdatedAt'>;

/** What the search answered as a file: all of it, of the times that it was asked for. */
export function builtExport(
  { text, range, source }: Asked,
  { data, isError, isPlaceholderData, dataUpdatedAt }: Result,
): Exported | NotExported {
  if (isError) return { obstacle: 'The search has no answer' };
  if (text === null || data === undefined || isPlaceholderData) return { obstacle: 'The search still runs' };
  if (data.rows.length === 0) return { obstacle: 'There are no rows to export' };
  const span = { from: range.from ?? undefined, to: range.to ?? undefined };
  return searchExport({ query: text, source, ...spanAt(span, dataUpdatedAt) });
}
