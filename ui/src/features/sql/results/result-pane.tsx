import { SegmentedControl } from '@mantine/core';
import { lazy, Suspense, type ReactNode } from 'react';
import { EmptyState } from '@/components/empty-state';
import { ExportMenu } from '@/components/exports/export-menu';
import { ScheduleItem } from '@/components/exports/schedule-item';
import { Keys } from '@/components/keys';
import { ResultGrid } from '@/components/result-grid/result-grid';
import { SkeletonRows } from '@/components/skeleton-rows';
import { HistoryPanel } from '../history/history-panel';
import { RunProgress, RunStatus } from '../run/run-status';
import type { ResultView, Workspace } from '../use-workspace';
import { answerExport } from './answer-export';
import { PlanPanel } from './plan-panel';
import classes from './result-pane.module.css';

const ChartPanel = lazy(() => import('./chart-panel'));

const VIEWS: { value: ResultView; label: string }[] = [
  { value: 'rows', label: 'Rows' },
  { value: 'chart', label: 'Chart' },
  { value: 'plan', label: 'Plan' },
  { value: 'history', label: 'History' },
];

/** The answer as rows or chart, the plan, and what ran before. */
export function ResultPane({ workspace }: { workspace: Workspace }) {
  const { state, view, setView } = workspace;
  const views = (
    <SegmentedControl
      aria-label="What is shown"
      data={VIEWS}
      value={view}
      onChange={(next) => setView(next)}
    />
  );
  return (
    <div className={classes.pane}>
      <RunProgress state={state} />
      <Suspense fallback={<SkeletonRows count={8} />}>
        <View workspace={workspace} views={views} />
      </Suspense>
    </div>
  );
}

function View({ workspace, views }: { workspace: Workspace; views: ReactNode }) {
  const { state, run, view, tab } = workspace;
  const exported = answerExport(state, tab.title);
  const exportMenu = (ofShown?: ReactNode) => (
    <ExportMenu exported={exported} group="SQL">
      <ScheduleItem exported={exported} range={state.statement ?? {}} />
      {ofShown}
    </ExportMenu>
  );
  if (state.columns.length > 0 && view === 'chart') {
    return <ChartPanel workspace={workspace} views={views} exportMenu={exportMenu()} />;
  }
  if (state.columns.length > 0 && view === 'rows') {
    return (
      <ResultGrid
        answer={{ id: state.id, columns: state.columns, rows: state.rows, count: state.count }}
        label="Rows of the answer"
        status={
          <>
            {views}
            <RunStatus state={state} onMore={run.isFull ? null : () => run.loadMore()} />
          </>
        }
        isBusy={state.status === 'running'}
        fileName={tab.title}
        exportMenu={exportMenu}
        onEnd={state.hasMore && state.error === null ? () => run.loadMore() : undefined}
      />
    );
  }
  return (
    <>
      <div className={classes.head}>
        {views}
        <span className={classes.space} />
        {exportMenu()}
      </div>
      <div className={classes.body}>
        <Other workspace={workspace} />
      </div>
    </>
  );
}

function Other({ workspace }: { workspace: Workspace }) {
  const { view, history, setHistory, statement, tabs } = workspace;
  if (view === 'history') {
    return (
      <HistoryPanel
        entries={history}
        onChange={setHistory}
        onOpen={({ sql, source = null }) => tabs.open({ sql, source })}
      />
    );
  }
  return view === 'plan' ? <PlanPanel statement={statement} /> : <NoAnswer workspace={workspace} />;
}

function NoAnswer({ workspace }: { workspace: Workspace }) {
  const { state } = workspace;
  if (state.status === 'running') {
    return (
      <>
        <div className={classes.line}>
          <RunStatus state={state} onMore={null} />
        </div>
        <SkeletonRows count={10} />
      </>
    );
  }
  if (state.status === 'cancelled') return <EmptyState title="Cancelled before the first row came" />;
  if (state.status === 'failed') {
    return <EmptyState title="There is no answer">What is wrong stands under the editor.</EmptyState>;
  }
  return (
    <EmptyState title="Nothing has run yet">
      Write a statement and press <Keys of="mod+Enter" />. Only what is selected runs where something is. The
      tables on the left can be clicked into the text.
    </EmptyState>
  );
}
