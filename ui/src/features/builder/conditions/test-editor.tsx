import { Select } from '@mantine/core';
import { useState } from 'react';
import { typeOf, useBuilder } from '../builder-context';
import classes from '../builder.module.css';
import { FieldInput } from '../field-input';
import type { Test } from '../model/conditions';
import { testOf, textsOf, VERB_NAMES, verbOf, verbsFor, type Verb } from '../model/verbs';
import { ValueInputs } from './value-inputs';

interface TestEditorProps {
  condition: Test;
  /** `name` joins what is typed into one input. */
  onChange: (next: Test, name?: string) => void;
}

/** Whether a negation stands before a test that has no word for it. */
export function isTurned({ test, isNegated }: Test): boolean {
  return isNegated && verbOf(test, true) === null;
}

/** `field` `is above` `500`. */
export function TestEditor({ condition, onChange }: TestEditorProps) {
  const { fields } = useBuilder();
  const { id, test, isNegated } = condition;
  // A comparison that is turned round has no word of its own: the row's NOT says it.
  const turned = isTurned(condition);
  const said = verbOf(test, turned ? false : isNegated);
  // `is` without a value is written as nothing yet; the tree alone would make it something else.
  const [chosen, setChosen] = useState<Verb | null>(null);
  const typed = textsOf(test.value);
  const verb = chosen !== null && (typed.length === 0 || typed.every((text) => text === '')) ? chosen : said;
  const verbs = verbsFor(test.field, typeOf(fields, test.field));

  const say = (next: Verb, texts: readonly string[], name?: string): void => {
    setChosen(next);
    const made = testOf(test.field, next, texts);
    onChange({ ...condition, ...made, ...(turned && next === said ? { isNegated } : {}) }, name);
  };
  return (
    <div className={classes.test}>
      <FieldInput
        label="Field"
        value={test.field}
        onChange={(field) => onChange({ ...condition, test: { ...test, field } }, `field ${id}`)}
      />
      {verb === null ? (
        <span className={classes.asWritten}>as written</span>
      ) : (
        <Select
          size="xs"
          aria-label="Comparison"
          className={classes.verb}
          data={[...new Set([...verbs, verb])].map((value) => ({ value, label: VERB_NAMES[value] }))}
          value={verb}
          allowDeselect={false}
          onChange={(next) => {
            if (next !== null) say(next, typed);
          }}
        />
      )}
      {verb !== null && (
        <ValueInputs
          field={test.field}
          verb={verb}
          texts={typed}
          onChange={(texts) => say(verb, texts, `value ${id}`)}
        />
      )}
    </div>
  );
}
