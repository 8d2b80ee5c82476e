import { ActionIcon, Button, Select } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import classes from '../builder.module.css';
import { FieldInput } from '../field-input';
import { identified } from '../model/ids';
import type { GroupKey } from '../model/steps';

export const WIDTHS = ['1s', '10s', '30s', '1m', '5m', '10m', '30m', '1h', '6h', '1d'];

interface KeyListProps {
  keys: GroupKey[];
  onChange: (next: GroupKey[], name?: string) => void;
}

/** What the rows are grouped by: fields, and spans of time. */
export function KeyList({ keys, onChange }: KeyListProps) {
  const change = (id: number, next: GroupKey, name?: string): void =>
    onChange(
      keys.map((key) => (key.id === id ? next : key)),
      name,
    );
  return (
    <div className={classes.lines} role="group" aria-label="Group by">
      <span className={classes.lineTitle}>Group by</span>
      {keys.map((key) => (
        <div key={key.id} className={classes.line}>
          {key.kind === 'field' ? (
            <FieldInput
              label="Group by field"
              value={key.field}
              onChange={(field) => change(key.id, { ...key, field }, `key ${key.id}`)}
            />
          ) : (
            <WidthSelect value={key.width} onChange={(width) => change(key.id, { ...key, width })} />
          )}
          <ActionIcon
            size="sm"
            aria-label="Remove this group"
            title="Remove this group"
            onClick={() => onChange(keys.filter(({ id }) => id !== key.id))}
          >
            <IconX size={13} aria-hidden />
          </ActionIcon>
        </div>
      ))}
      <div className={classes.line}>
        <Button
          variant="subtle"
          size="compact-xs"
          leftSection={<IconPlus size={12} aria-hidden />}
          aria-label="Group by: Field"
          onClick={() => onChange([...keys, identified({ kind: 'field' as const, field: '', as: '' })])}
        >
          Field
        </Button>
        {!keys.some(({ kind }) => kind === 'bucket') && (
          <Button
            variant="subtle"
            size="compact-xs"
            leftSection={<IconPlus size={12} aria-hidden />}
            aria-label="Group by: Time"
            onClick={() => onChange([identified({ kind: 'bucket' as const, width: '', as: '' }), ...keys])}
          >
            Time
          </Button>
        )}
      </div>
    </div>
  );
}

/** The width of a span of time; an empty one fits the time range. */
export function WidthSelect({ value, onChange }: { value: string; onChange: (width: string) => void }) {
  return (
    <Select
      size="xs"
      aria-label="Width of a span of time"
      className={classes.verb}
      data={[
        { value: '', label: 'time, fitting' },
        ...[...new Set([...WIDTHS, ...(value === '' ? [] : [value])])].map((width) => ({
          value: width,
          label: `time, each ${width}`,
        })),
      ]}
      value={value}
      allowDeselect={false}
      onChange={(width) => onChange(width ?? '')}
    />
  );
}
