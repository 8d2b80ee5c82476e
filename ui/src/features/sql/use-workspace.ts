import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '@/api/client';
import { formatSql, overBudget, type SqlStatement } from '@/api/sql';
import type { ChartKind } from '@/components/charts/options';
import { notifyDone, notifyFailure, plainMessage } from '@/components/notify';
import { chosenStatement, type Statement } from '@/components/sql-editor/sql-text';
import type { EditorRequest } from '@/components/sql-editor/sql-editor';
import { useStored } from '@/lib/stored';
import { withEntry, type HistoryEntry } from './history/history';
import { parametersIn, problemOf } from './parameters/parameter-values';
import { markOfError, marksOfHints } from './run/marks';
import type { RunState } from './run/statement-run';
import { useEstimate } from './run/use-estimate';
import { useRuns, useRunState } from './run/use-runs';
import type { SqlTab } from './tabs/tabs';
import { useTabs } from './tabs/use-tabs';

export type ResultView = 'rows' | 'chart' | 'plan' | 'history';

const NOWHERE = { selection: null, cursor: 0 };

/** All that the page knows: the tabs, what would run, what it costs, what came of it. */
export function useWorkspace() {
  const api = useApi();
  const queries = useQueryClient();
  const runs = useRuns();
  const tabs = useTabs((id) => runs.forget(id));
  const tab = tabs.active;
  const run = runs.of(tab.id);
  const state = useRunState(run);
  const [place, setPlace] = useState<Omit<EditorRequest, 'text'>>(NOWHERE);
  const [view, setView] = useState<ResultView>('rows');
  const [chartKinds, setChartKinds] = useState<Record<string, ChartKind>>({});
  const [history, setHistory] = useStored<HistoryEntry[]>('click-lite.sql.history', []);

  const chosen = chosenStatement(tab.sql, place.selection, place.cursor);
  const parameters = parametersIn(chosen?.text ?? '', tab.values);
  const statement = parameters.isComplete ? statementOf(chosen, parameters, tab) : null;
  const estimate = useEstimate(statement);
  const missing = parameters.asked.find((one) => problemOf(one, tab.values[one.name] ?? '') !== null);
  const obstacle =
    chosen === null ? 'There is no statement' : missing === undefined ? null : `Give ${missing.name} a value`;

  const start = (next: SqlStatement, offset: number, isConfirmed: boolean): void => {
    setView((before) => (before === 'chart' ? before : 'rows'));
    const startedAt = Date.now();
    void run.run({ statement: next, offset, isConfirmed }).then((end) => {
      if (end.status === 'cancelled' || overBudget(end.error) !== null) return;
      const entry: HistoryEntry = {
        sql: next.sql,
        at: new Date(startedAt).toISOString(),
        elapsed_ms: end.stats?.elapsed_ms ?? Date.now() - startedAt,
        rows: end.count,
        error: end.error === null ? null : plainMessage(end.error),
        ...(next.source === undefined ? {} : { source: next.source }),
      };
      setHistory(withEntry(readHistory(), entry));
      // Counts of rows; another server is not asked for all its tables after each run.
      void queries.invalidateQueries({ queryKey: ['sql', 'schema', null] });
    });
  };

  const format = (): void => {
    if (chosen === null) return;
    formatSql(api, chosen.text).then(
      ({ sql, comments_lost: areCommentsLost }) => {
        tabs.change(tab.id, { sql: tab.sql.slice(0, chosen.from) + sql + tab.sql.slice(chosen.to) });
        if (areCommentsLost) notifyDone('Formatted without its comments. Ctrl+Z brings them back.');
      },
      (error: unknown) => notifyFailure('The statement was not formatted', error),
    );
  };

  const problem = problemShown(state, tab, estimate.isStale ? null : estimate.error, chosen);
  const mark = problem === null ? null : markOfError(problem.error, problem.statement);
  const marks = [
    ...(mark === null ? [] : [mark]),
    ...(estimate.estimate === null || chosen === null || estimate.isStale
      ? []
      : marksOfHints(estimate.estimate.hints, { text: chosen.text, from: chosen.from })),
  ];
  return {
    tabs,
    tab,
    run,
    state,
    chosen,
    parameters,
    statement,
    estimate,
    obstacle,
    error: problem?.error ?? null,
    marks,
    view,
    setView,
    /** The kind that was chosen for this tab, if any was. */
    chartKind: chartKinds[tab.id] ?? null,
    setChartKind: (kind: ChartKind) => setChartKinds((before) => ({ ...before, [tab.id]: kind })),
    history,
    setHistory,
    hasSelection: place.selection !== null,
    setPlace,
    format,
    runChosen: () => {
      if (statement !== null && chosen !== null) start(statement, chosen.from, false);
    },
    confirm: () => {
      if (state.statement !== null) start(state.statement, state.offset, true);
    },
    runText: (sql: string) => {
      const opened = tabs.open({ sql, source: tab.source });
      void runs.of(opened.id).run({
        statement: { sql, params: {}, ...sourceOf(tab) },
        offset: 0,
        isConfirmed: false,
      });
      setView('rows');
    },
  };
}

export type Workspace = ReturnType<typeof useWorkspace>;

function statementOf(
  chosen: Statement | null,
  { values, hasRange }: ReturnType<typeof parametersIn>,
  tab: SqlTab,
): SqlStatement | null {
  if (chosen === null) return null;
  const { from, to } = tab;
  return {
    sql: chosen.text,
    params: values,
    ...sourceOf(tab),
    ...(hasRange && from !== null ? { from } : {}),
    ...(hasRange && to !== null ? { to } : {}),
  };
}

function sourceOf({ source }: SqlTab): Pick<SqlStatement, 'source'> {
  return source === null ? {} : { source };
}

/** The run's error as long as its statement stands as it was, else what the estimate found. */
function problemShown(
  { statement, offset, error, status }: RunState,
  { sql: text, source }: SqlTab,
  estimateError: unknown,
  chosen: Statement | null,
): { error: unknown; statement: { text: string; from: number } } | null {
  const ran = statement?.sql ?? '';
  const isSame = (statement?.source ?? null) === source;
  if (error !== null && status === 'failed' && isSame && text.slice(offset, offset + ran.length) === ran) {
    return { error, statement: { text: ran, from: offset } };
  }
  if (estimateError === null || chosen === null) return null;
  return { error: estimateError, statement: { text: chosen.text, from: chosen.from } };
}

/** Another tab may have written since. */
function readHistory(): HistoryEntry[] {
  try {
    const stored: unknown = JSON.parse(window.localStorage.getItem('click-lite.sql.history') ?? '[]');
    return Array.isArray(stored) ? (stored as HistoryEntry[]) : [];
  } catch {
    return [];
  }
}
