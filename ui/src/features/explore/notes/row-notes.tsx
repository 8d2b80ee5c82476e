import { ActionIcon, Tooltip } from '@mantine/core';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { LogRow, Note } from '@/api/types';
import { formatTimeToSecond } from '@/lib/format/time';
import { useExplore } from '../state/explore-context';
import { NoteEditor } from './note-editor';
import { useNoteActions, useNotesByRow } from './use-notes';
import classes from './notes.module.css';

interface RowNotesProps {
  row: LogRow;
  /** Whether a new note is being written. */
  isWriting: boolean;
  onWriting: (isWriting: boolean) => void;
}

/** The notes on a row, and the place to write one. */
export function RowNotes({ row, isWriting, onWriting }: RowNotesProps) {
  const notes = useNotesByRow().get(row.IngestId) ?? [];
  const { add } = useNoteActions();
  if (notes.length === 0 && !isWriting) return null;
  return (
    <section className={classes.notes} aria-label="Notes">
      {notes.map((note) => (
        <NoteView key={note.id} note={note} />
      ))}
      {isWriting && (
        <NoteEditor
          initial={{ text: '', colour: 'amber' }}
          onCancel={() => onWriting(false)}
          onSave={(content) => {
            add(row, content);
            onWriting(false);
          }}
        />
      )}
    </section>
  );
}

function NoteView({ note }: { note: Note }) {
  const { zone } = useExplore();
  const { change, remove } = useNoteActions();
  const [isEdited, setEdited] = useState(false);
  if (isEdited) {
    return (
      <NoteEditor
        initial={note}
        onCancel={() => setEdited(false)}
        onSave={(content) => {
          change(note, content);
          setEdited(false);
        }}
      />
    );
  }
  const kind = note.text === '' ? 'mark' : 'note';
  return (
    <div className={classes.note} data-colour={note.colour}>
      <p className={classes.text}>{note.text === '' ? <em>Marked {note.colour}</em> : note.text}</p>
      <p className={classes.by}>
        {note.author !== '' && `${note.author}, `}
        {formatTimeToSecond(note.updated_at, zone)}
      </p>
      <span className={classes.noteActions}>
        <Tooltip label={`Change the ${kind}`}>
          <ActionIcon size={24} aria-label={`Change the ${kind}`} onClick={() => setEdited(true)}>
            <IconPencil size={13} aria-hidden />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={`Delete the ${kind}`}>
          <ActionIcon size={24} aria-label={`Delete the ${kind}`} onClick={() => remove(note)}>
            <IconTrash size={13} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </span>
    </div>
  );
}
