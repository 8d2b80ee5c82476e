import { IconSearch, IconX } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useApi } from '@/api/client';
import { ApiError } from '@/api/errors';
import { plainMessage } from '@/components/notify';
import { useCommands } from '@/lib/shortcuts/use-commands';
import { useExplore } from '../state/explore-context';
import { useStored, withRecent } from '../state/stored';
import { utf16Offset } from './offsets';
import { PLACEHOLDER } from './placeholder';
import { useEditor } from './use-editor';
import classes from './search-bar.module.css';

const HISTORY_LIMIT = 50;

/** The search language in one line: coloured, completed by the server, with its errors under the character. */
export function SearchBar() {
  const { search, results, session, setQuery, setDraft } = useExplore();
  const api = useApi();
  const host = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const [history, setHistory] = useStored<string[]>('queries', []);
  const [text, setText] = useState(search.query);
  const query = search.query;

  const run = (next: string) => {
    const trimmed = next.trim();
    if (trimmed !== '')
      setHistory(withRecent(history, trimmed, HISTORY_LIMIT, (left, right) => left === right));
    setQuery(trimmed);
  };
  const type = (next: string) => {
    setText(next);
    setDraft(next);
  };
  const escape = () => {
    if (session.isBusy()) session.cancel();
    else if (editor === null) input.current?.blur();
    else editor.blur();
  };
  const editor = useEditor(
    { host, input },
    {
      onRun: run,
      onChange: type,
      onEscape: escape,
      history: () => history,
      complete: (request, signal) => api.complete(request, signal),
      span: () => ({ from: session.get().run?.from, to: session.get().run?.to }),
    },
  );
  const focus = () => {
    if (editor === null) input.current?.focus();
    else editor.focus();
  };

  // A filter, the way back or a link changes the search from outside the bar.
  const [shownQuery, setShownQuery] = useState(query);
  if (shownQuery !== query) {
    setShownQuery(query);
    setText(query);
  }
  const applied = useRef(query);
  useEffect(() => {
    // Only a change of the search: what was typed before the editor came stays in it.
    if (applied.current === query) return;
    applied.current = query;
    if (editor !== null && editor.text() !== query) editor.setText(query);
  }, [editor, query]);

  const error =
    results.error instanceof ApiError && results.error.code.startsWith('query.') ? results.error : null;
  const details = error?.queryDetails() ?? null;
  const failedText = results.run?.query ?? '';
  useEffect(() => {
    const from = details === null ? 0 : utf16Offset(failedText, details.position);
    const to = details === null ? 0 : utf16Offset(failedText, details.position + Math.max(details.length, 1));
    editor?.setProblem(details === null ? null : { from, to });
  }, [editor, details, failedText]);

  useCommands([
    {
      id: 'explore.search',
      title: 'Go to the search bar',
      group: 'Explore',
      keys: ['/'],
      run: focus,
    },
  ]);

  const isShown = error !== null && text.trim() === failedText;
  return (
    <div className={classes.bar} data-invalid={isShown || undefined} role="search">
      <IconSearch size={15} className={classes.icon} aria-hidden />
      <div ref={host} className={classes.editor}>
        {editor === null && (
          <input
            ref={input}
            className={classes.plain}
            aria-label="Search"
            placeholder={PLACEHOLDER}
            autoCapitalize="off"
            autoComplete="off"
            autoCorrect="off"
            spellCheck={false}
            value={text}
            onChange={(event) => type(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter') run(text);
              else if (event.key === 'Escape') escape();
            }}
          />
        )}
      </div>
      {text !== '' && (
        <button
          type="button"
          className={classes.clear}
          aria-label="Clear the text"
          onClick={() => {
            type('');
            setQuery('');
            editor?.setText('');
            focus();
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
