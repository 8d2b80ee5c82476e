import { Autocomplete, NumberInput, Select, TagsInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ApiError } from '@/api/errors';
import { plainMessage } from '@/components/notify';
import type { ParameterValue, QueryLanguage, SavedParameter } from '@/api/saved';
import { useSavedApi } from './use-saved';
import type { Opening } from './saved-context';
import classes from './saved.module.css';
import { valueText } from './saved-text';

interface ParameterInputsProps {
  opening: Opening;
  values: Record<string, ParameterValue>;
  onChange: (name: string, value: ParameterValue) => void;
  /** Of the parameter that the server refused. */
  problem: { parameter: string; message: string } | null;
}

/** The value that stands in each field at first. */
export function firstValues(parameters: SavedParameter[]): Record<string, ParameterValue> {
  return Object.fromEntries(parameters.map((parameter) => [parameter.name, parameter.default]));
}

/** Which parameter the server refused, and why. */
export function problemOf(error: unknown): { parameter: string; message: string } | null {
  if (!(error instanceof ApiError) || error.code !== 'saved.parameter') return null;
  const details = error.details as { parameter?: string } | null;
  return { parameter: details?.parameter ?? '', message: plainMessage(error) };
}

/** A field for each parameter, as its type and its allowed values want it. */
export function ParameterInputs({ opening, values, onChange, problem }: ParameterInputsProps) {
  return (
    <div className={classes.fields}>
      {opening.query.parameters.map((parameter) => (
        <ParameterInput
          key={parameter.name}
          opening={opening}
          parameter={parameter}
          value={values[parameter.name] ?? null}
          onChange={(value) => onChange(parameter.name, value)}
          problem={problem?.parameter === parameter.name ? problem.message : null}
        />
      ))}
    </div>
  );
}

interface ParameterInputProps {
  opening: Opening;
  parameter: SavedParameter;
  value: ParameterValue;
  onChange: (value: ParameterValue) => void;
  problem: string | null;
}

function ParameterInput({ opening, parameter, value, onChange, problem }: ParameterInputProps) {
  const { source, query } = opening;
  const { name, description, optional } = parameter;
  const saved = useSavedApi();
  const found = useQuery({
    queryKey: ['parameter-values', source, query.id, name],
    queryFn: ({ signal }) => saved.parameterValues(source, query.id, name, signal),
    enabled: parameter.values_query !== null && parameter.values.length === 0,
    staleTime: 60_000,
  });
  const choices = [...new Set((found.data ?? []).map(valueText).filter((text) => text !== ''))];
  const shared = {
    label: name,
    description: description === '' ? undefined : description,
    error: problem,
    'data-autofocus': opening.query.parameters[0] === parameter || undefined,
  };
  if (parameter.values.length > 0) {
    return (
      <Select
        {...shared}
        data={parameter.values.map(valueText)}
        value={valueText(value) === '' ? null : valueText(value)}
        clearable={optional}
        onChange={onChange}
      />
    );
  }
  if (takesSeveral(query.language, parameter.type)) {
    const list = Array.isArray(value) ? value.map(String) : valueText(value) === '' ? [] : [valueText(value)];
    return (
      <TagsInput
        {...shared}
        size="xs"
        data={choices}
        value={list}
        acceptValueOnBlur
        placeholder={list.length > 0 ? undefined : optional ? 'All' : 'One value or several, with Enter'}
        onChange={onChange}
      />
    );
  }
  if (isNumber(query.language, parameter.type)) {
    return (
      <NumberInput
        {...shared}
        size="xs"
        value={value === null || Array.isArray(value) || typeof value === 'boolean' ? '' : value}
        onChange={(next) => onChange(next === '' ? null : next)}
      />
    );
  }
  if (parameter.values_query !== null) {
    return <Autocomplete {...shared} size="xs" data={choices} value={valueText(value)} onChange={onChange} />;
  }
  return (
    <TextInput
      {...shared}
      value={valueText(value)}
      spellCheck={false}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function takesSeveral(language: QueryLanguage, type: string): boolean {
  return language === 'sql' ? type.startsWith('Array(') : type === 'text' || type === 'wildcards';
}

function isNumber(language: QueryLanguage, type: string): boolean {
  return language === 'search' ? type === 'number' : /^U?Int(8|16|32)$|^Float(32|64)$/.test(type);
}
