import { IconSearch, IconX } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useApi } from '@/api/client';
import { ApiError } from '@/api/errors';
import { plainMessage } from '@/components/notify';
import { useCommands } from '@/lib/shortcuts/use-commands';
import { useExplore } from '../state/explore-context';
import { useStored, withRecent } from '../state/stored';
import { setProblem, utf16Offset } from './query-language';
import { useEditor } from './use-editor';
import classes from './search-bar.module.css';

const HISTORY_LIMIT = 50;

/** The search language in one line: coloured, completed by the server, with its errors under the character. */
export function SearchBar() {
  const { search, results, session, setQuery, setDraft } = useExplore();
  const api = useApi();
  const host = useRef<HTMLDivElement>(null);
  const [history, setHistory] = useStored<string[]>('queries', []);
  const [text, setText] = useState(search.query);
  const query = search.query;

  const run = (next: string) => {
    const trimmed = next.trim();
    if (trimmed !== '')
      setHistory(withRecent(history, trimmed, HISTORY_LIMIT, (left, right) => left === right));
    setQuery(trimmed);
  };
  const view = useEditor(host, query, {
    onRun: run,
    onChange: (next) => {
      setText(next);
      setDraft(next);
    },
    onEscape: () => {
      if (session.isBusy()) session.cancel();
      else view.current?.contentDOM.blur();
    },
    history: () => history,
    complete: (request, signal) => api.complete(request, signal),
    span: () => ({ from: session.get().run?.from, to: session.get().run?.to }),
  });

  // A filter, the way back or a link changes the search from outside the bar.
  useEffect(() => {
    const editor = view.current;
    if (editor === null || editor.state.doc.toString() === query) return;
    editor.dispatch({
      changes: { from: 0, to: editor.state.doc.length, insert: query },
      selection: { anchor: query.length },
    });
  }, [view, query]);

  const error =
    results.error instanceof ApiError && results.error.code.startsWith('query.') ? results.error : null;
  const details = error?.queryDetails() ?? null;
  const failedText = results.run?.query ?? '';
  useEffect(() => {
    const from = details === null ? 0 : utf16Offset(failedText, details.position);
    const to = details === null ? 0 : utf16Offset(failedText, details.position + Math.max(details.length, 1));
    view.current?.dispatch({ effects: setProblem.of(details === null ? null : { from, to }) });
  }, [view, details, failedText]);

  useCommands([
    {
      id: 'explore.search',
      title: 'Go to the search bar',
      group: 'Explore',
      keys: ['/'],
      run: () => view.current?.focus(),
    },
  ]);

  const isShown = error !== null && text.trim() === failedText;
  return (
    <div className={classes.bar} data-invalid={isShown || undefined} role="search">
      <IconSearch size={15} className={classes.icon} aria-hidden />
      <div ref={host} className={classes.editor} />
      {text !== '' && (
        <button
          type="button"
          className={classes.clear}
          aria-label="Clear the text"
          onClick={() => {
            setDraft('');
            setQuery('');
            view.current?.dispatch({ changes: { from: 0, to: view.current.state.doc.length } });
            view.current?.focus();
          }}
        >
          <IconX size={13} aria-hidden />
        </button>
      )}
      {isShown && (
        <div className={classes.problem} role="alert">
          <strong>{plainMessage(error)}</strong>
          {details?.hint != null && <span> {details.hint}</span>}
        </div>
      )}
    </div>
  );
}
