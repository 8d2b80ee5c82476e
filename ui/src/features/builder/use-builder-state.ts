import { useEffect, useRef, useState } from 'react';
import { useApi } from '@/api/client';
import { isAbort } from '@/api/errors';
import { parseQuery, type LanguageAnswer, type LanguageError } from '@/api/query-tree';
import type { TimeRange } from '@/lib/time-range/range';
import { writeQuery } from './write-query';
import { changed, redone, started, undone, type History } from './model/history';
import { emptyQuery, queryOf, treeOf, type BuilderQuery } from './model/query';

const EDIT_MS = 150;
const TYPING_MS = 350;

/** The search as text and SQL, as far as it is right. */
export interface Written {
  text: string;
  sql: string;
  params: Record<string, unknown>;
}

export interface BuilderState {
  query: BuilderQuery;
  /** The text as it is shown, perhaps half typed. */
  text: string;
  written: Written | null;
  errors: readonly LanguageError[];
  /** Why the server could not be asked. */
  failure: unknown;
  /** The text that the address came with has become conditions and steps, or could not. */
  isRead: boolean;
  canUndo: boolean;
  canRedo: boolean;
  change: (next: BuilderQuery, name?: string) => void;
  undo: () => void;
  redo: () => void;
  /** Text that is typed by hand becomes conditions and steps as soon as it can be read. */
  type: (text: string) => void;
}

/** Which of the two sides was changed last, and has to be brought to the other. */
interface Change {
  side: 'builder' | 'text';
  count: number;
}

/** The builder's tree and the text, each brought up to date by what happens to the other. */
export function useBuilderState(initial: string, range: TimeRange, source: string | undefined): BuilderState {
  const api = useApi();
  const [history, setHistory] = useState<History<BuilderQuery>>(() => started(emptyQuery()));
  const [text, setText] = useState(initial);
  const [last, setLast] = useState<Change>({ side: 'text', count: 0 });
  const [written, setWritten] = useState<Written | null>(null);
  const [errors, setErrors] = useState<readonly LanguageError[]>([]);
  const [failure, setFailure] = useState<unknown>(null);
  const [isRead, setRead] = useState(initial === '');
  const query = history.present;

  const latest = useRef({ query, text });
  useEffect(() => {
    latest.current = { query, text };
  });
  const { from, to } = range;
  useEffect(() => {
    const abort = new AbortController();
    const scope = { from: from ?? undefined, to: to ?? undefined, source };
    const take = (answer: LanguageAnswer): void => {
      setFailure(null);
      setErrors(answer.errors);
      if (answer.text === null || answer.sql === null || answer.errors.length > 0) return;
      setWritten({ text: answer.text, sql: answer.sql, params: answer.params });
    };
    const bring = async (): Promise<void> => {
      if (last.side === 'builder') {
        const answer = await writeQuery(api, treeOf(latest.current.query), scope, abort.signal);
        take(answer);
        if (answer.text !== null) setText(answer.text === '*' ? '' : answer.text);
        return;
      }
      const typed = latest.current.text;
      const answer = await parseQuery(api, { query: typed, ...scope }, abort.signal);
      take(answer);
      const tree = answer.query;
      if (tree === null) return;
      const next = queryOf(tree, typed);
      // What the address says is where one starts, no change of one's own.
      setHistory((before) => (last.count === 0 ? started(next) : changed(before, next, 'text')));
    };
    const timer = setTimeout(
      () => {
        bring()
          .catch((error: unknown) => {
            if (!isAbort(error) && !abort.signal.aborted) setFailure(error);
          })
          .finally(() => {
            if (!abort.signal.aborted) setRead(true);
          });
      },
      last.count === 0 ? 0 : last.side === 'builder' ? EDIT_MS : TYPING_MS,
    );
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [api, last, from, to, source]);

  const ofBuilder = (next: (before: History<BuilderQuery>) => History<BuilderQuery>): void => {
    setHistory(next);
    setLast(({ count }) => ({ side: 'builder', count: count + 1 }));
  };
  return {
    query,
    text,
    written,
    errors,
    failure,
    isRead,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    change: (next, name) => ofBuilder((before) => changed(before, next, name ?? null)),
    undo: () => ofBuilder(undone),
    redo: () => ofBuilder(redone),
    type: (typed) => {
      setText(typed);
      setLast(({ count }) => ({ side: 'text', count: count + 1 }));
    },
  };
}
