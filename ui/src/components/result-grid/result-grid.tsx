import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { IconCopy, IconLayoutSidebarRight, IconX } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { ExportGroup } from '@/components/exports/export-group';
import { notifyDone, notifyFailure } from '@/components/notify';
import { SplitPane } from '@/components/split-pane';
import { formatCount } from '@/lib/format/numbers';
import { usePlatform } from '@/platform/context';
import { GridBody } from './grid-body';
import { RowPanel } from './row-panel';
import type { ResultRow } from './result';
import { commaSeparated } from './separated';
import { useCellSelection } from './use-cell-selection';
import { useGridView, type Answer, type GridView } from './use-grid-view';
import classes from './result-grid.module.css';

interface ResultGridProps {
  answer: Answer;
  label: string;
  /** What is said of the answer, on the left of the line above it. */
  status: ReactNode;
  isBusy?: boolean;
  /** Name of the downloaded file, without ending. */
  fileName: string;
  /** The menu that exports the answer; it takes in what the rows shown here are downloaded by. */
  exportMenu: (ofShown: ReactNode) => ReactNode;
  /** The last row came into sight, all rows being shown as they came. */
  onEnd?: (() => void) | undefined;
}

/** Rows of an answer, typed, as many as there are: sorted, filtered, chosen by cell, copied, one of them opened whole. */
export function ResultGrid(props: ResultGridProps) {
  const { answer, label, status, isBusy = false, fileName, exportMenu, onEnd } = props;
  const view = useGridView(answer);
  const [isRowOpen, setIsRowOpen] = useState(false);
  const selection = useCellSelection(view, answer.id, () => setIsRowOpen(true));
  const head = selection.range?.head;
  const body = (
    <GridBody
      label={label}
      view={view}
      selection={selection}
      answer={answer.id}
      isBusy={isBusy}
      onOpen={() => setIsRowOpen(true)}
      onEnd={view.sort === null && Object.keys(view.filters).length === 0 ? onEnd : undefined}
    />
  );
  return (
    <div className={classes.result}>
      <div className={classes.line}>
        <div className={classes.status}>{status}</div>
        <FilterNote view={view} total={answer.count} />
        <GridActions
          view={view}
          fileName={fileName}
          exportMenu={exportMenu}
          isRowOpen={isRowOpen}
          onToggleRow={() => setIsRowOpen(!isRowOpen)}
          onCopy={selection.copy}
        />
      </div>
      <div className={classes.fill}>
        <SplitPane
          name="result-row"
          label="Width of the row"
          direction="row"
          fixed="second"
          initialSize={340}
          minSize={220}
          maxSize={640}
          first={body}
          second={
            isRowOpen ? (
              <RowPanel
                columns={view.columns}
                row={head === undefined ? undefined : view.rowAt(head.row)}
                number={head === undefined ? 0 : view.numberAt(head.row)}
                zone={view.zone}
                onClose={() => setIsRowOpen(false)}
              />
            ) : null
          }
        />
      </div>
    </div>
  );
}

function FilterNote({ view, total }: { view: GridView; total: number }) {
  const filters = Object.entries(view.filters);
  if (filters.length === 0) return null;
  return (
    <div className={classes.filters}>
      {filters.map(([column, text]) => (
        <button
          key={column}
          type="button"
          className={classes.chip}
          aria-label={`Remove the filter on ${column}`}
          title={`Remove the filter on ${column}`}
          onClick={() => view.setFilter(column, '')}
        >
          {column} {text}
          <IconX size={11} aria-hidden />
        </button>
      ))}
      <span role="status">
        {formatCount(view.rowCount)} of {formatCount(total)} fit
      </span>
    </div>
  );
}

interface GridActionsProps {
  view: GridView;
  fileName: string;
  exportMenu: ResultGridProps['exportMenu'];
  isRowOpen: boolean;
  onToggleRow: () => void;
  onCopy: () => void;
}

function GridActions(props: GridActionsProps) {
  const { view, fileName, exportMenu, isRowOpen, onToggleRow, onCopy } = props;
  const platform = usePlatform();
  const download = (): void => {
    platform.saveText(`${fileName}.csv`, commaSeparated(view.columns, shownRows(view))).then(
      (where) => {
        if (where !== null) notifyDone(`Saved ${where}`);
      },
      (error: unknown) => notifyFailure('The file was not saved', error),
    );
  };
  const isEmpty = view.rowCount === 0;
  return (
    <div className={classes.actions}>
      <Tooltip label="Copy the selection, or all rows, for a spreadsheet">
        <ActionIcon aria-label="Copy rows" disabled={isEmpty} onClick={onCopy}>
          <IconCopy size={15} aria-hidden />
        </ActionIcon>
      </Tooltip>
      {exportMenu(
        <>
          <Menu.Divider />
          <ExportGroup title="Only the rows shown here as">
            <Menu.Item disabled={isEmpty} onClick={download}>
              CSV
            </Menu.Item>
          </ExportGroup>
        </>,
      )}
      <Tooltip label={isRowOpen ? 'Close the row' : 'Show the row whole'}>
        <ActionIcon aria-label="Row panel" aria-pressed={isRowOpen} onClick={onToggleRow}>
          <IconLayoutSidebarRight size={15} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

function* shownRows(view: GridView): Generator<ResultRow> {
  for (let place = 0; place < view.rowCount; place += 1) yield view.rowAt(place) ?? {};
}
