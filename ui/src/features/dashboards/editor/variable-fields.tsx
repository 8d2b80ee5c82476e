import { ActionIcon, Checkbox, Select, TagsInput, Textarea, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import type { Variable } from '@/api/dashboards';
import { SourceSelect } from '@/components/sources/source-select';
import classes from './editor.module.css';

interface VariableFieldsProps {
  variable: Variable;
  /** What the query reads where it names no source. */
  none: string;
  onChange: (variable: Variable) => void;
  onRemove: () => void;
}

/** A variable and where its values come from. */
export function VariableFields({ variable, none, onChange, onRemove }: VariableFieldsProps) {
  const set = (change: Partial<Variable>) => onChange({ ...variable, ...change });
  const { name } = variable;
  const query = variable.query ?? { language: 'sql' as const, text: '' };
  return (
    <div className={classes.variable} role="group" aria-label={`Variable ${name}`}>
      <div className={classes.variableRow}>
        <TextInput
          label="Name"
          required
          pattern="[A-Za-z_][A-Za-z0-9_]*"
          value={name}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <TextInput
          label="Label"
          value={variable.label}
          placeholder={name}
          onChange={(event) => set({ label: event.currentTarget.value })}
        />
        <Select
          label="Values from"
          allowDeselect={false}
          data={[
            { value: 'query', label: 'A query' },
            { value: 'list', label: 'A list' },
            { value: 'text', label: 'What is typed' },
          ]}
          value={variable.type}
          onChange={(type) =>
            type !== null &&
            set({
              type,
              ...(type === 'query' ? { query } : {}),
            })
          }
        />
        <ActionIcon aria-label={`Remove the variable ${name}`} onClick={onRemove}>
          <IconTrash size={15} aria-hidden />
        </ActionIcon>
      </div>
      {variable.type === 'query' && (
        <SourceSelect
          value={query.source}
          none={none}
          isSql={query.language === 'sql'}
          onChange={(source) => set({ query: { ...query, source } })}
        />
      )}
      {variable.type === 'query' && (
        <Textarea
          aria-label={`Query of ${name}`}
          description={`${query.language === 'sql' ? 'SQL' : 'A search'}; its first column has the values. It may name other variables.`}
          inputWrapperOrder={['input', 'description']}
          size="xs"
          autosize
          minRows={3}
          spellCheck={false}
          classNames={{ input: classes.code }}
          placeholder="SELECT DISTINCT ServiceName FROM otel_logs WHERE Timestamp >= {from:DateTime64(9)} ORDER BY 1"
          value={query.text}
          onChange={(event) => set({ query: { ...query, text: event.currentTarget.value } })}
        />
      )}
      {variable.type === 'list' && (
        <TagsInput
          size="xs"
          aria-label={`Values of ${name}`}
          placeholder="Type a value and press Enter"
          value={variable.values}
          onChange={(values) => set({ values })}
        />
      )}
      {variable.type !== 'text' && (
        <Checkbox
          label="Several values at once"
          checked={variable.multi}
          onChange={(event) => set({ multi: event.currentTarget.checked })}
        />
      )}
    </div>
  );
}
