import { Autocomplete, TagsInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import classes from '../builder.module.css';
import { valueCount, type Verb } from '../model/verbs';
import { useValues } from './use-values';

interface ValueInputsProps {
  field: string;
  verb: Verb;
  texts: readonly string[];
  onChange: (texts: string[]) => void;
}

/** As many inputs as the verb takes values. */
export function ValueInputs({ field, verb, texts, onChange }: ValueInputsProps) {
  const count = valueCount(verb);
  if (count === 0) return null;
  if (count === 'list') return <ListInput field={field} texts={texts} onChange={onChange} />;
  const isRegex = verb === 'regex' || verb === 'not_regex';
  if (isRegex || verb === 'pattern' || verb === 'not_pattern') {
    return (
      <TextInput
        aria-label={isRegex ? `Regular expression for ${field}` : `Pattern for ${field}`}
        className={classes.value}
        classNames={{ input: classes.mono }}
        placeholder={isRegex ? '^/api/v\\d+' : '/api/*'}
        value={texts[0] ?? ''}
        onChange={(event) => onChange([event.currentTarget.value])}
      />
    );
  }
  const [first = '', second = ''] = texts;
  return (
    <>
      <SingleInput
        label={count === 2 ? `Lowest ${field}` : `Value of ${field}`}
        field={field}
        value={first}
        onChange={(value) => onChange(count === 2 ? [value, second] : [value])}
      />
      {count === 2 && (
        <>
          <span className={classes.and}>and</span>
          <SingleInput
            label={`Highest ${field}`}
            field={field}
            value={second}
            onChange={(value) => onChange([first, value])}
          />
        </>
      )}
    </>
  );
}

interface SingleInputProps {
  label: string;
  field: string;
  value: string;
  onChange: (value: string) => void;
}

function SingleInput({ label, field, value, onChange }: SingleInputProps) {
  const [isOpen, setIsOpen] = useState(false);
  const values = useValues(field, value, isOpen);
  return (
    <Autocomplete
      size="xs"
      aria-label={label}
      className={classes.value}
      classNames={{ input: classes.mono }}
      placeholder={field === 'time' ? 'now-1h' : 'value'}
      data={values}
      // The server has looked for what begins so; what it found is shown.
      filter={({ options }) => options}
      value={value}
      onChange={onChange}
      onDropdownOpen={() => setIsOpen(true)}
      onDropdownClose={() => setIsOpen(false)}
      comboboxProps={{ shadow: 'sm', transitionProps: { duration: 0 } }}
    />
  );
}

function ListInput({ field, texts, onChange }: Pick<ValueInputsProps, 'field' | 'texts' | 'onChange'>) {
  const [typed, setTyped] = useState('');
  const [isOpen, setIsOpen] = useState(false);
  const values = useValues(field, typed, isOpen);
  return (
    <TagsInput
      size="xs"
      aria-label={`Values of ${field}`}
      className={classes.values}
      placeholder={texts.length === 0 ? 'value, value' : ''}
      data={values}
      filter={({ options }) => options}
      value={[...texts]}
      searchValue={typed}
      onSearchChange={setTyped}
      onChange={onChange}
      onDropdownOpen={() => setIsOpen(true)}
      onDropdownClose={() => setIsOpen(false)}
      acceptValueOnBlur
      comboboxProps={{ shadow: 'sm', transitionProps: { duration: 0 } }}
    />
  );
}
