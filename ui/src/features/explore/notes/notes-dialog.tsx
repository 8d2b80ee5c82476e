import { Modal, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import type { Note } from '@/api/types';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { Keys } from '@/components/keys';
import { SkeletonRows } from '@/components/skeleton-rows';
import { formatTime } from '@/lib/format/time';
import { useExplore } from '../state/explore-context';
import { useAllNotes } from './use-notes';
import classes from './notes.module.css';

interface NotesDialogProps {
  onClose: () => void;
  /** Shows the row that a note is on. */
  onJump: (note: Note) => void;
}

function matches(note: Note, sought: string): boolean {
  const text = `${note.text} ${note.excerpt} ${note.author} ${note.colour}`.toLowerCase();
  return sought
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** Every note and mark, newest row first; a click leads to its row. */
export default function NotesDialog({ onClose, onJump }: NotesDialogProps) {
  const { zone } = useExplore();
  const { data: notes, error, refetch } = useAllNotes();
  const [sought, setSought] = useState('');
  const shown = (notes ?? []).filter((note) => matches(note, sought.trim()));
  return (
    <Modal opened onClose={onClose} size="lg" title="Notes and marks">
      {error !== null && notes === undefined && (
        <ErrorState title="The notes were not fetched" error={error} onRetry={() => void refetch()} />
      )}
      {notes === undefined && error === null && <SkeletonRows count={6} />}
      {notes?.length === 0 && (
        <EmptyState title="No row has a note yet">
          Open a row and press <Keys of="n" /> to write one, or <Keys of="m" /> to mark it.
        </EmptyState>
      )}
      {notes !== undefined && notes.length > 0 && (
        <>
          <TextInput
            data-autofocus
            aria-label="Find a note"
            placeholder="Find a note"
            leftSection={<IconSearch size={13} aria-hidden />}
            value={sought}
            onChange={(event) => setSought(event.currentTarget.value)}
          />
          <ul className={classes.list} aria-label="Notes">
            {shown.map((note) => (
              <li key={note.id}>
                <button
                  type="button"
                  className={classes.item}
                  data-colour={note.colour}
                  onClick={() => onJump(note)}
                >
                  <span className={classes.itemHead}>
                    <time dateTime={note.timestamp}>{formatTime(note.timestamp, zone)}</time>
                    {note.author}
                  </span>
                  {note.text !== '' && <span className={classes.text}>{note.text}</span>}
                  <span className={classes.excerpt}>{note.excerpt}</span>
                </button>
              </li>
            ))}
          </ul>
          {shown.length === 0 && <p className={classes.nothing}>No note has these words.</p>}
        </>
      )}
    </Modal>
  );
}
