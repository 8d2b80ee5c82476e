import type { SqlStatement, SqlValue } from '@/api/sql';
import {
  titleOf,
  type AddedKind,
  type AddedParameter,
  type Addition,
} from '@/components/add-to-dashboard/addition';
import { CHART_KINDS } from '@/components/charts/options';
import { parametersOf } from '@/components/sql-editor/sql-text';
import { isRangeEnd } from './parameters/parameter-values';
import { chartKindOf, CHART_TITLES } from './results/chart-kind';
import type { Workspace } from './use-workspace';

/** What ran last in the tab, as it is shown; before that, what would run. `null` is nothing. */
export function statementAddition(workspace: Workspace): Addition | null {
  const { tab, state, view } = workspace;
  const hasAnswer = state.columns.length > 0;
  const statement = hasAnswer ? state.statement : workspace.statement;
  if (statement === null) return null;
  const drawn = hasAnswer ? chartKindOf(workspace) : null;
  const shown = view === 'chart' && drawn !== null ? drawn : 'table';
  const others = CHART_KINDS.filter((kind) => kind !== shown && (drawn !== null || !hasAnswer));
  const kinds: AddedKind[] = [shown, ...others].map((value) => ({ value, label: CHART_TITLES[value] }));
  return {
    // A tab that was named says more than its text.
    title: /^Query \d+$/.test(tab.title) ? titleOf(statement.sql) : tab.title,
    query: { language: 'sql', text: statement.sql, source: statement.source ?? null },
    parameters: parametersWith(statement),
    kinds,
    range: { from: tab.from, to: tab.to },
  };
}

function parametersWith({ sql, params }: SqlStatement): AddedParameter[] {
  return (
    parametersOf(sql)
      // A dashboard fills the step of its buckets as it fills its range.
      .filter((parameter) => !isRangeEnd(parameter) && parameter.name !== 'bucket_seconds')
      .map(({ name, type }) => ({ name, type, values: textsOf(params[name] ?? null) }))
  );
}

function textsOf(value: SqlValue): string[] {
  if (value === null || value === '') return [];
  if (Array.isArray(value)) return value.map(textOf);
  return [textOf(value)];
}

function textOf(value: SqlValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
