import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useApi } from '@/api/client';
import type { LogRow, NewNote, Note, NoteContent } from '@/api/types';
import { stripAnsi } from '@/components/log/ansi';
import type { RowNote } from '@/components/log/log-row';
import { notifyFailure, notifyUndo } from '@/components/notify';
import { useResults } from '../state/explore-context';

const KEY = ['explore', 'notes'];
const EXCERPT_CHARACTERS = 200;

/** All notes, those on the newest rows first; for the list of them. */
export function useAllNotes() {
  const api = useApi();
  return useQuery({ queryKey: [...KEY, 'all'], queryFn: ({ signal }) => api.notes({}, signal) });
}

/** Notes on the rows of the search's time range, by the `IngestId` of their row. */
export function useNotesByRow(): ReadonlyMap<string, Note[]> {
  const api = useApi();
  const run = useResults((results) => results.run);
  const { data } = useQuery({
    queryKey: [...KEY, run?.from, run?.to],
    queryFn: ({ signal }) => api.notes({ from: run?.from, to: run?.to }, signal),
    enabled: run !== null,
    placeholderData: (previous) => previous,
    staleTime: 30_000,
  });
  return useMemo(() => {
    const byRow = new Map<string, Note[]>();
    for (const note of data ?? []) byRow.set(note.ingest_id, [...(byRow.get(note.ingest_id) ?? []), note]);
    return byRow;
  }, [data]);
}

/** What the gutter shows of the notes on a row: the first one's colour, and all their words. */
export function rowNoteOf(notes: readonly Note[] | undefined): RowNote | undefined {
  const [first] = notes ?? [];
  if (first === undefined || notes === undefined) return undefined;
  const texts = notes.map((note) => note.text).filter((text) => text !== '');
  return { colour: first.colour, text: texts.join('\n') };
}

export interface NoteActions {
  add: (row: LogRow, content: NoteContent) => void;
  change: (note: Note, content: NoteContent) => void;
  /** Deletes at once, and offers to take it back. */
  remove: (note: Note) => void;
}

/** What can be done with notes; a failure is said in a notice, and the list is fetched again either way. */
export function useNoteActions(): NoteActions {
  const api = useApi();
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries({ queryKey: KEY });
  const onError = (error: unknown) => notifyFailure('The note was not saved', error);
  const add = useMutation({ mutationFn: (note: NewNote) => api.addNote(note), onSettled, onError });
  const change = useMutation({
    mutationFn: ({ note, content }: { note: Note; content: NoteContent }) =>
      api.changeNote(note.id, { ...content, version: note.version }),
    onSettled,
    onError,
  });
  const remove = useMutation({
    mutationFn: (note: Note) => api.deleteNote(note.id, note.version),
    onSuccess: (_, note) => {
      const { timestamp, ingest_id, excerpt, text, colour, author } = note;
      notifyUndo(note.text === '' ? 'Mark removed' : 'Note deleted', () =>
        add.mutate({ timestamp, ingest_id, excerpt, text, colour, author }),
      );
    },
    onSettled,
    onError: (error) => notifyFailure('The note was not deleted', error),
  });
  return {
    add: (row, content) =>
      add.mutate({
        ...content,
        timestamp: row.Timestamp,
        ingest_id: row.IngestId,
        excerpt: stripAnsi(row.Body).slice(0, EXCERPT_CHARACTERS),
      }),
    change: (note, content) => change.mutate({ note, content }),
    remove: remove.mutate,
  };
}
