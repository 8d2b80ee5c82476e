import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { NoteColour, NoteContent } from '@/api/types';
import { usePreferences } from '@/lib/preferences/preferences';
import { ColourPicker } from './colour-picker';
import classes from './notes.module.css';

interface NoteEditorProps {
  initial: { text: string; colour: NoteColour };
  onSave: (content: NoteContent) => void;
  onCancel: () => void;
}

/** Words and colour of a note; without words it is a mark. */
export function NoteEditor({ initial, onSave, onCancel }: NoteEditorProps) {
  const [{ authorName }] = usePreferences();
  const [text, setText] = useState(initial.text);
  const [colour, setColour] = useState(initial.colour);
  const save = () => onSave({ text: text.trim(), colour, author: authorName });
  return (
    <form
      className={classes.editor}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save();
        else if (event.key === 'Escape') onCancel();
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <Textarea
        data-autofocus
        autoFocus
        autosize
        minRows={2}
        maxRows={10}
        maxLength={4_000}
        size="xs"
        aria-label="Note"
        placeholder="What is to be known about this row; empty is a mark"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <div className={classes.editorActions}>
        <ColourPicker value={colour} onChange={setColour} />
        <span className={classes.space} />
        <Button variant="default" size="compact-sm" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" size="compact-sm">
          Save
        </Button>
      </div>
    </form>
  );
}
