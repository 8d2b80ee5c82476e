import { ActionIcon, Button, Select, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import classes from '../builder.module.css';
import { FieldInput } from '../field-input';
import { AGGREGATE_TITLES, AGGREGATES, newAggregate, needsField, type Aggregate } from '../model/steps';

interface AggregateListProps {
  aggregates: Aggregate[];
  onChange: (next: Aggregate[], name?: string) => void;
}

/** What is computed of the rows: each with a function, its field, and a name. */
export function AggregateList({ aggregates, onChange }: AggregateListProps) {
  const change = (id: number, part: Partial<Aggregate>, name?: string): void =>
    onChange(
      aggregates.map((one) => (one.id === id ? { ...one, ...part } : one)),
      name,
    );
  return (
    <div className={classes.lines} role="group" aria-label="Compute">
      <span className={classes.lineTitle}>Compute</span>
      {aggregates.map((aggregate) => (
        <div key={aggregate.id} className={classes.line}>
          <Select
            size="xs"
            aria-label="Function"
            className={classes.verb}
            data={AGGREGATES.map((value) => ({ value, label: AGGREGATE_TITLES[value] }))}
            value={aggregate.name}
            allowDeselect={false}
            onChange={(name) => {
              if (name !== null) change(aggregate.id, { name });
            }}
          />
          {aggregate.name === 'percentile' && (
            <TextInput
              aria-label="Percent"
              className={classes.percent}
              inputMode="decimal"
              rightSection="%"
              value={aggregate.percent}
              onChange={(event) => {
                const percent = event.currentTarget.value;
                if (/^\d{0,2}(?:\.\d*)?$/.test(percent) || percent === '100') {
                  change(aggregate.id, { percent }, `percent ${aggregate.id}`);
                }
              }}
            />
          )}
          <FieldInput
            label={`Field of ${AGGREGATE_TITLES[aggregate.name]}`}
            placeholder={needsField(aggregate.name) ? 'field' : 'all rows'}
            value={aggregate.field}
            onChange={(field) => change(aggregate.id, { field }, `aggregate ${aggregate.id}`)}
          />
          <TextInput
            aria-label="Name of the column"
            className={classes.as}
            classNames={{ input: classes.mono }}
            placeholder="name"
            value={aggregate.as}
            onChange={(event) =>
              change(aggregate.id, { as: event.currentTarget.value }, `as ${aggregate.id}`)
            }
          />
          <ActionIcon
            size="sm"
            aria-label="Remove this function"
            title="Remove this function"
            disabled={aggregates.length === 1}
            onClick={() => onChange(aggregates.filter(({ id }) => id !== aggregate.id))}
          >
            <IconX size={13} aria-hidden />
          </ActionIcon>
        </div>
      ))}
      <Button
        variant="subtle"
        size="compact-xs"
        leftSection={<IconPlus size={12} aria-hidden />}
        aria-label="Add: Function"
        onClick={() => onChange([...aggregates, newAggregate()])}
      >
        Function
      </Button>
    </div>
  );
}
