import { Checkbox, Select, TagsInput, TextInput } from '@mantine/core';
import type { QueryLanguage, SavedParameter } from '@/api/saved';
import classes from './saved.module.css';
import { SEARCH_TYPES, valueText } from './saved-text';

interface ParameterEditorProps {
  language: QueryLanguage;
  parameters: SavedParameter[];
  onChange: (parameters: SavedParameter[]) => void;
}

/** Describes the parameters that the text has places for. */
export function ParameterEditor({ language, parameters, onChange }: ParameterEditorProps) {
  if (parameters.length === 0) return null;
  const change = (name: string, part: Partial<SavedParameter>): void =>
    onChange(
      parameters.map((parameter) => (parameter.name === name ? { ...parameter, ...part } : parameter)),
    );
  return (
    <fieldset className={classes.parameters}>
      <legend className={classes.legend}>Parameters</legend>
      {parameters.map((parameter) => (
        <ParameterRow
          key={parameter.name}
          language={language}
          parameter={parameter}
          onChange={(part) => change(parameter.name, part)}
        />
      ))}
    </fieldset>
  );
}

interface ParameterRowProps {
  language: QueryLanguage;
  parameter: SavedParameter;
  onChange: (part: Partial<SavedParameter>) => void;
}

function ParameterRow({ language, parameter, onChange }: ParameterRowProps) {
  const { name, type, values, values_query, optional } = parameter;
  const of = `of ${name}`;
  return (
    <div className={classes.parameter}>
      <span className={classes.parameterName}>
        {language === 'search' ? `$${name}` : `{${name}:${type}}`}
      </span>
      {language === 'search' ? (
        <Select
          label="Type"
          aria-label={`Type ${of}`}
          data={SEARCH_TYPES.map((item) => item)}
          value={type}
          allowDeselect={false}
          onChange={(next) => next !== null && onChange({ type: next })}
        />
      ) : (
        <TextInput label="Type" aria-label={`Type ${of}`} value={type} readOnly variant="filled" />
      )}
      <TextInput
        label="Default"
        aria-label={`Default ${of}`}
        value={valueText(parameter.default)}
        onChange={(event) => {
          const text = event.currentTarget.value;
          onChange({ default: text === '' ? null : text });
        }}
      />
      <TagsInput
        size="xs"
        label="Allowed values"
        aria-label={`Allowed values ${of}`}
        placeholder={values.length === 0 ? 'Any' : undefined}
        acceptValueOnBlur
        value={values.map(valueText)}
        onChange={(next) => onChange({ values: next })}
      />
      <TextInput
        className={classes.wide}
        label="What it is"
        aria-label={`What ${name} is`}
        value={parameter.description ?? ''}
        onChange={(event) => onChange({ description: event.currentTarget.value })}
      />
      <TextInput
        className={classes.wide}
        label="Values to choose from, by SQL"
        aria-label={`SQL with values ${of}`}
        placeholder="SELECT DISTINCT ServiceName FROM otel_logs"
        spellCheck={false}
        value={values_query ?? ''}
        onChange={(event) => {
          const text = event.currentTarget.value;
          onChange({ values_query: text === '' ? null : text });
        }}
      />
      {language === 'search' && (
        <Checkbox
          className={classes.wide}
          label="Without a value, leave its test out"
          checked={optional}
          onChange={(event) => onChange({ optional: event.currentTarget.checked })}
        />
      )}
    </div>
  );
}
