import { Select, TextInput } from '@mantine/core';
import classes from '../builder.module.css';
import type { Words } from '../model/conditions';
import { hasWildcard, literal, textOf } from '../model/verbs';

type Manner = 'words' | 'phrase' | 'pattern' | 'regex';

const MANNERS: { value: Manner; label: string }[] = [
  { value: 'words', label: 'has the word' },
  { value: 'phrase', label: 'has the phrase' },
  { value: 'pattern', label: 'has a word like' },
  { value: 'regex', label: 'matches the expression' },
];

interface WordsEditorProps {
  condition: Words;
  onChange: (next: Words, name?: string) => void;
}

/** Something in the message. */
export function WordsEditor({ condition, onChange }: WordsEditorProps) {
  const { id, value } = condition;
  const manner = mannerOf(condition);
  const write = (next: Manner, text: string, name?: string): void =>
    onChange({ ...condition, value: valueOf(next, text) }, name);
  return (
    <div className={classes.test}>
      <span className={classes.fixed}>message</span>
      <Select
        size="xs"
        aria-label="Comparison"
        className={classes.verb}
        data={MANNERS}
        value={manner}
        allowDeselect={false}
        onChange={(next) => {
          if (next !== null) write(next, textOf(value));
        }}
      />
      <TextInput
        aria-label="Text in the message"
        className={classes.values}
        classNames={{ input: classes.mono }}
        placeholder={manner === 'regex' ? 'time(d )?out' : 'connection refused'}
        value={textOf(value)}
        onChange={(event) => write(manner, event.currentTarget.value, `words ${id}`)}
      />
    </div>
  );
}

function mannerOf({ value }: Words): Manner {
  if (value.kind === 'regex') return 'regex';
  if (value.kind === 'quoted') return 'phrase';
  return value.kind === 'word' && hasWildcard(value.of) ? 'pattern' : 'words';
}

function valueOf(manner: Manner, text: string): Words['value'] {
  switch (manner) {
    case 'regex':
      return { kind: 'regex', of: text };
    case 'pattern':
      return { kind: 'word', of: hasWildcard(text) ? text : `${text}*` };
    case 'words':
      return literal(text);
    case 'phrase':
      return { kind: 'quoted', of: text };
  }
}
