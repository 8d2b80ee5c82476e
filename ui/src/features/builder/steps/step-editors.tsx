import { ActionIcon, Button, NumberInput, Select, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from '../builder.module.css';
import { FieldInput } from '../field-input';
import { identified } from '../model/ids';
import {
  COMPARISONS,
  type Comparison,
  type LimitStep,
  type SortField,
  type SortStep,
  type TopStep,
  type WhereStep,
} from '../model/steps';

interface EditorProps<T> {
  step: T;
  onChange: (next: T, name?: string) => void;
  /** Columns that the steps before give. */
  columns: readonly string[] | null;
}

/** A line for each item, with a button that takes it away and one that adds another. */
function Lines<T extends { id: number }>(props: {
  label: string;
  items: T[];
  what: string;
  fresh: () => T;
  onChange: (items: T[]) => void;
  children: (item: T) => ReactNode;
}) {
  const { label, items, what, fresh, onChange, children } = props;
  return (
    <div className={classes.lines} role="group" aria-label={label}>
      {items.map((item) => (
        <div key={item.id} className={classes.line}>
          {children(item)}
          <ActionIcon
            size="sm"
            aria-label={`Remove this ${what}`}
            title={`Remove this ${what}`}
            onClick={() => onChange(items.filter(({ id }) => id !== item.id))}
          >
            <IconX size={13} aria-hidden />
          </ActionIcon>
        </div>
      ))}
      <Button
        variant="subtle"
        size="compact-xs"
        leftSection={<IconPlus size={12} aria-hidden />}
        aria-label={`Add: ${what}`}
        onClick={() => onChange([...items, fresh()])}
      >
        {what.charAt(0).toUpperCase() + what.slice(1)}
      </Button>
    </div>
  );
}

export function WhereEditor({ step, onChange, columns }: EditorProps<WhereStep>) {
  const change = (id: number, part: Partial<Comparison>, name?: string): void =>
    onChange(
      { ...step, comparisons: step.comparisons.map((one) => (one.id === id ? { ...one, ...part } : one)) },
      name,
    );
  return (
    <Lines
      label="Conditions on the result"
      items={step.comparisons}
      what="condition"
      fresh={() => identified({ field: '', operator: '>', value: '' })}
      onChange={(comparisons) => onChange({ ...step, comparisons })}
    >
      {({ id, field, operator, value }) => (
        <>
          <FieldInput
            label="Column"
            columns={columns}
            value={field}
            onChange={(next) => change(id, { field: next }, `where field ${id}`)}
          />
          <Select
            size="xs"
            aria-label="Comparison"
            className={classes.sign}
            data={[...COMPARISONS]}
            value={operator}
            allowDeselect={false}
            onChange={(next) => change(id, { operator: next ?? operator })}
          />
          <TextInput
            aria-label="Value"
            className={classes.value}
            classNames={{ input: classes.mono }}
            placeholder="value"
            value={value}
            onChange={(event) => change(id, { value: event.currentTarget.value }, `where value ${id}`)}
          />
        </>
      )}
    </Lines>
  );
}

export function SortEditor({ step, onChange, columns }: EditorProps<SortStep>) {
  const change = (id: number, part: Partial<SortField>, name?: string): void =>
    onChange({ ...step, keys: step.keys.map((key) => (key.id === id ? { ...key, ...part } : key)) }, name);
  return (
    <Lines
      label="Order by"
      items={step.keys}
      what="column"
      fresh={() => identified({ field: '', isDescending: true })}
      onChange={(keys) => onChange({ ...step, keys })}
    >
      {({ id, field, isDescending }) => (
        <>
          <FieldInput
            label="Order by column"
            columns={columns}
            value={field}
            onChange={(next) => change(id, { field: next }, `sort ${id}`)}
          />
          <Select
            size="xs"
            aria-label="Direction"
            className={classes.verb}
            data={[
              { value: 'desc', label: 'largest first' },
              { value: 'asc', label: 'smallest first' },
            ]}
            value={isDescending ? 'desc' : 'asc'}
            allowDeselect={false}
            onChange={(next) => change(id, { isDescending: next === 'desc' })}
          />
        </>
      )}
    </Lines>
  );
}

export function LimitEditor({ step, onChange }: EditorProps<LimitStep>) {
  const number = (value: string | number, fallback: number): number =>
    typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : fallback;
  return (
    <div className={classes.line}>
      <NumberInput
        size="xs"
        aria-label="Rows"
        className={classes.count}
        min={1}
        max={1_000_000}
        allowDecimal={false}
        value={step.rows}
        onChange={(value) => onChange({ ...step, rows: number(value, step.rows) }, `limit ${step.id}`)}
      />
      <span className={classes.and}>rows, after leaving out</span>
      <NumberInput
        size="xs"
        aria-label="Rows that are left out"
        className={classes.count}
        min={0}
        max={1_000_000}
        allowDecimal={false}
        value={step.offset}
        onChange={(value) => onChange({ ...step, offset: number(value, step.offset) }, `offset ${step.id}`)}
      />
    </div>
  );
}

export function TopEditor({ step, onChange }: EditorProps<TopStep>) {
  const items = step.fields.map((field, id) => ({ id, field }));
  return (
    <>
      <div className={classes.line}>
        <NumberInput
          size="xs"
          aria-label="Values"
          className={classes.count}
          min={1}
          max={1_000}
          allowDecimal={false}
          value={step.limit}
          onChange={(value) =>
            onChange({ ...step, limit: typeof value === 'number' ? value : step.limit }, `top ${step.id}`)
          }
        />
        <span className={classes.and}>most frequent values of</span>
      </div>
      <Lines
        label="Fields"
        items={items}
        what="field"
        fresh={() => ({ id: items.length, field: '' })}
        onChange={(next) => onChange({ ...step, fields: next.map(({ field }) => field) })}
      >
        {({ id, field }) => (
          <FieldInput
            label="Field"
            value={field}
            onChange={(next) =>
              onChange(
                { ...step, fields: step.fields.map((one, place) => (place === id ? next : one)) },
                `top field ${step.id} ${id}`,
              )
            }
          />
        )}
      </Lines>
    </>
  );
}
