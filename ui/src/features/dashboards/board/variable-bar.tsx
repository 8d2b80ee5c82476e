import { MultiSelect, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '@/api/client';
import type { Variable } from '@/api/dashboards';
import { toText } from '@/components/charts/result-data';
import { resolveRange } from '@/lib/time-range/range';
import { runQuery } from '../model/query';
import { sourceOf } from '../model/source';
import { inOrder, variablesIn } from '../model/variables';
import { useBoard } from '../state/board-context';
import classes from './board.module.css';

const iso = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString());

/** The values that all widgets are asked with. */
export function VariableBar() {
  const { definition } = useBoard();
  if (definition.variables.length === 0) return null;
  return (
    <div className={classes.variables} role="group" aria-label="Variables">
      {inOrder(definition.variables).map((variable) => (
        <VariableInput key={variable.name} variable={variable} />
      ))}
    </div>
  );
}

function VariableInput({ variable }: { variable: Variable }) {
  const { values, setValues } = useBoard();
  const chosen = values[variable.name] ?? [];
  const label = variable.label === '' ? variable.name : variable.label;
  const set = (next: string[]) => setValues({ ...values, [variable.name]: next });
  const options = useOptions(variable);
  if (variable.type === 'text')
    return (
      <TextValue
        key={chosen[0]}
        label={label}
        value={chosen[0] ?? ''}
        onChange={(text) => set(text === '' ? [] : [text])}
      />
    );
  const data = [...new Set([...options.values, ...chosen])];
  const shared = {
    size: 'xs' as const,
    data,
    searchable: true,
    clearable: true,
    limit: 200,
    nothingFoundMessage: options.problem ?? 'No value',
    'aria-label': label,
  };
  return (
    <div className={classes.variable}>
      <span className={classes.variableLabel} aria-hidden>
        {label}
      </span>
      {variable.multi ? (
        <MultiSelect
          {...shared}
          className={classes.variableInput}
          placeholder={chosen.length === 0 ? 'any' : ''}
          value={chosen}
          onChange={set}
        />
      ) : (
        <Select
          {...shared}
          className={classes.variableInput}
          placeholder="any"
          value={chosen[0] ?? null}
          onChange={(value) => set(value === null ? [] : [value])}
        />
      )}
    </div>
  );
}

/** Counts when it is left or Enter is pressed, not with each letter. */
function TextValue({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const [text, setText] = useState(value);
  return (
    <div className={classes.variable}>
      <span className={classes.variableLabel} aria-hidden>
        {label}
      </span>
      <TextInput
        className={classes.variableInput}
        aria-label={label}
        placeholder="any"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onBlur={() => text !== value && onChange(text)}
        onKeyDown={(event) => event.key === 'Enter' && onChange(text)}
      />
    </div>
  );
}

function useOptions(variable: Variable): { values: string[]; problem: string | null } {
  const api = useApi();
  const { range, askedAt, values, gate, definition } = useBoard();
  const { query } = variable;
  const source = sourceOf(query, definition);
  const span = resolveRange(range, askedAt);
  const needs = query == null ? [] : variablesIn(query, definition.variables);
  const chosen = Object.fromEntries(needs.map((name) => [name, values[name] ?? []]));
  const answer = useQuery({
    queryKey: ['dashboards', 'values', query, source, chosen, span.from, span.to],
    queryFn: ({ signal }) => {
      if (query == null) throw new Error('the variable has no query');
      return gate.run(
        () =>
          runQuery(
            api,
            { kind: 'top_list', query, source, values: chosen, from: iso(span.from), to: iso(span.to) },
            signal,
          ),
        signal,
      );
    },
    enabled: variable.type === 'query' && query != null,
    staleTime: Infinity,
    placeholderData: (before) => before,
  });
  if (variable.type !== 'query') return { values: variable.values, problem: null };
  const column = answer.data?.columns[0]?.name;
  const found = column === undefined ? [] : (answer.data?.rows ?? []).map((row) => toText(row[column]));
  return { values: found.filter((value) => value !== ''), problem: answer.error?.message ?? null };
}
