import { ExportMenu } from '@/components/exports/export-menu';
import { searchExport, type Exported, type NotExported } from '@/components/exports/exported';
import { ScheduleItem } from '@/components/exports/schedule-item';
import { useExplore, useResults } from '../state/explore-context';
import { usePane } from '../state/pane';
import type { Run, SessionStatus } from '../state/search-session';

const OBSTACLES: Record<SessionStatus, string> = {
  running: 'The search still runs',
  failed: 'The search was not answered',
  cancelled: 'The search was cancelled before its first row',
  done: 'There are no rows to export',
};

/** The rows that are shown as a file, all of them: of the same times as those on screen, however long ago it was run. */
export function rowsExport(
  found: { hasRows: boolean; status: SessionStatus; rowsOf: Run | null },
  columns: string[],
): Exported | NotExported {
  const { hasRows, status, rowsOf } = found;
  return !hasRows || rowsOf === null ? { obstacle: OBSTACLES[status] } : searchExport(rowsOf, columns);
}

export function RowsExport() {
  const { search } = useExplore();
  const { isActive } = usePane();
  const hasRows = useResults(({ rows, table }) => rows.length > 0 || (table?.rows.length ?? 0) > 0);
  const status = useResults((results) => results.status);
  const rowsOf = useResults((results) => results.rowsOf);
  const exported = rowsExport({ hasRows, status, rowsOf }, search.columns);
  return (
    <ExportMenu exported={exported} group="Explore" isInPalette={isActive} isSmall>
      <ScheduleItem exported={exported} range={search.range} />
    </ExportMenu>
  );
}
