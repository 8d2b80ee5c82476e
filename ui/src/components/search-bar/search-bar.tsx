import { IconSearch, IconX } from '@tabler/icons-react';
import { useEffect, useImperativeHandle, useRef, useState, type Ref } from 'react';
import { useApi } from '@/api/client';
import { ApiError } from '@/api/errors';
import type { CompleteResponse } from '@/api/types';
import { asSentence, plainMessage } from '@/components/notify';
import type { CompletedSpan } from './completion';
import { LanguageHelp } from './language-help';
import { utf16Offset } from './offsets';
import { PLACEHOLDER } from './placeholder';
import { useEditor } from './use-editor';
import classes from './search-bar.module.css';

export interface SearchBarHandle {
  focus: () => void;
}

interface SearchBarProps {
  /** The search that runs; a change of it from outside replaces the text. */
  query: string;
  /** Enter was pressed; the text is trimmed. */
  onRun: (text: string) => void;
  /** The text was emptied by the button. */
  onClear: () => void;
  onChange?: (text: string) => void;
  /** Escape was pressed. Returns false where there was nothing to do, and the bar gives up the focus. */
  onEscape?: () => boolean;
  /** Searches run before, newest first, offered by an empty bar. */
  history?: readonly string[];
  /** The time range, and the source, whose fields and values are completed. */
  span: () => CompletedSpan;
  /** Why a text was not run; shown at its place as long as that text stands in the bar. */
  problem?: { text: string; error: Error } | null;
  ref?: Ref<SearchBarHandle>;
}

const NO_HISTORY: readonly string[] = [];

/** The search language in one line: coloured, completed by the server, with its errors under the character. */
export function SearchBar(props: SearchBarProps) {
  const { query, onRun, onClear, onChange, onEscape, span, problem = null, ref } = props;
  const { history = NO_HISTORY } = props;
  const api = useApi();
  const host = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(query);
  const [signature, setSignature] = useState<CompleteResponse['signature']>(null);

  const run = (next: string) => onRun(next.trim());
  const type = (next: string) => {
    setText(next);
    onChange?.(next);
  };
  const escape = () => {
    if (onEscape?.() === true) return;
    if (editor === null) input.current?.blur();
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
      span,
      onSignature: setSignature,
    },
  );
  const focus = () => {
    if (editor === null) input.current?.focus();
    else editor.focus();
  };
  useImperativeHandle(ref, () => ({ focus }));

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
    problem?.error instanceof ApiError && problem.error.code.startsWith('query.') ? problem.error : null;
  const details = error?.queryDetails() ?? null;
  const failedText = problem?.text ?? '';
  useEffect(() => {
    const from = details === null ? 0 : utf16Offset(failedText, details.position);
    const to = details === null ? 0 : utf16Offset(failedText, details.position + Math.max(details.length, 1));
    editor?.setProblem(details === null ? null : { from, to });
  }, [editor, details, failedText]);

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
      {signature !== null && (
        <span
          className={classes.signature}
          title={`${signature.usage}: ${signature.about}`}
          aria-live="polite"
        >
          <code>{signature.usage}</code> {signature.about}
        </span>
      )}
      {text !== '' && (
        <button
          type="button"
          className={classes.clear}
          aria-label="Clear the text"
          title="Clear the text"
          onClick={() => {
            type('');
            onClear();
            editor?.setText('');
            focus();
          }}
        >
          <IconX size={13} aria-hidden />
        </button>
      )}
      <LanguageHelp
        onExample={(example) => {
          type(example);
          editor?.setText(example);
          focus();
        }}
      />
      {isShown && (
        <div className={classes.problem} role="alert">
          <strong>{plainMessage(error)}</strong>
          {details?.hint != null && <span> {asSentence(details.hint)}</span>}
        </div>
      )}
    </div>
  );
}
