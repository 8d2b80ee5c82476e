import { Autocomplete } from '@mantine/core';
import { fieldNames, useBuilder } from './builder-context';
import classes from './builder.module.css';

interface FieldInputProps {
  label: string;
  value: string;
  onChange: (field: string) => void;
  /** Columns that the steps before give; the fields of records where it is `null`. */
  columns?: readonly string[] | null;
  placeholder?: string;
}

const SHOWN = 100;

/** The name of a field, completed from what is stored. */
export function FieldInput({
  label,
  value,
  onChange,
  columns = null,
  placeholder = 'field',
}: FieldInputProps) {
  const { fields } = useBuilder();
  return (
    <Autocomplete
      size="xs"
      aria-label={label}
      className={classes.field}
      classNames={{ input: classes.mono }}
      placeholder={placeholder}
      data={[...new Set(columns ?? fieldNames(fields))]}
      limit={SHOWN}
      value={value}
      onChange={onChange}
      comboboxProps={{ shadow: 'sm', transitionProps: { duration: 0 } }}
    />
  );
}
