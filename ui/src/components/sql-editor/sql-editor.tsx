import { useEffect, useImperativeHandle, useRef, useState, type Ref } from 'react';
import { flushSync } from 'react-dom';
import { selectionOf } from '@/lib/text-selection';
import type { EditorHooks, EditorLook, SqlEditorView } from './editor';
import type { SqlSchema } from './schema';
import classes from './sql-editor.module.css';

/** Something to say of a stretch of the text; UTF-16 offsets. */
export interface SqlMark {
  from: number;
  to: number;
  kind: 'error' | 'hint';
  message: string;
}

/** What is to be run: the selection, else the statement at the cursor. */
export interface EditorRequest {
  text: string;
  selection: { from: number; to: number } | null;
  cursor: number;
}

export interface SqlEditorHandle {
  request(): EditorRequest;
  /** Puts text at the cursor, in place of the selection. */
  insert(text: string): void;
  goTo(offset: number): void;
  focus(): void;
}

interface SqlEditorProps {
  value: string;
  onChange: (text: string) => void;
  label: string;
  /** Names the text: one by another name has its own undo and cursor. */
  document?: string;
  schema?: SqlSchema | null;
  marks?: readonly SqlMark[];
  /** The cursor or the selection is somewhere else, in this text or in another. */
  onSelect?: (request: EditorRequest) => void;
  /** Ctrl+Enter. */
  onRun?: (request: EditorRequest) => void;
  placeholder?: string;
  hasLineNumbers?: boolean;
  ref?: Ref<SqlEditorHandle>;
}

const NO_MARKS: readonly SqlMark[] = [];

/**
 * An editor for ClickHouse's SQL. Its program is loaded after the page; until then, and where it cannot be loaded, a plain
 * text field takes its place. It fills its parent.
 */
export function SqlEditor(props: SqlEditorProps) {
  const { value, onChange, label, document = '', schema = null, marks = NO_MARKS, ref } = props;
  const { onSelect, onRun, placeholder = 'SELECT …', hasLineNumbers = true } = props;
  const host = useRef<HTMLDivElement>(null);
  const plain = useRef<HTMLTextAreaElement>(null);
  const [editor, setEditor] = useState<SqlEditorView | null>(null);

  const latest = useRef<{ value: string; document: string; hooks: EditorHooks }>({
    value,
    document,
    hooks: { onChange, onSelect, onRun, schema },
  });
  useEffect(() => {
    latest.current = { value, document, hooks: { onChange, onSelect, onRun, schema } };
  });

  const look = useRef<EditorLook>({ label, placeholder, hasLineNumbers });
  useEffect(() => {
    let created: SqlEditorView | null = null;
    let isGone = false;
    import('./editor').then(
      (program) => {
        const field = plain.current;
        if (isGone || host.current === null || field === null) return;
        const next = new program.SqlEditorView(
          host.current,
          latest.current.document,
          field.value,
          look.current,
          () => latest.current.hooks,
        );
        if (field === window.document.activeElement) next.select(selectionOf(field));
        created = next;
        // At once: a key pressed while both are there would go to the text field, and be lost with it.
        flushSync(() => setEditor(next));
      },
      () => undefined,
    );
    return () => {
      isGone = true;
      created?.destroy();
      setEditor(null);
    };
  }, []);

  useEffect(() => {
    const next = { label, placeholder, hasLineNumbers };
    const { current } = look;
    if (
      next.label === current.label &&
      next.placeholder === current.placeholder &&
      next.hasLineNumbers === current.hasLineNumbers
    ) {
      return;
    }
    look.current = next;
    editor?.setLook(next);
  }, [editor, label, placeholder, hasLineNumbers]);
  useEffect(() => editor?.show(document, value), [editor, document, value]);
  useEffect(() => editor?.setMarks(marks), [editor, marks, document]);

  useImperativeHandle(
    ref,
    (): SqlEditorHandle =>
      editor ?? {
        request: () => requestOf(plain.current),
        insert: (text) => onChange(`${value}${text}`),
        goTo: () => plain.current?.focus(),
        focus: () => plain.current?.focus(),
      },
    [editor, onChange, value],
  );

  return (
    <div ref={host} className={classes.editor}>
      {editor === null && (
        <textarea
          ref={plain}
          className={classes.plain}
          aria-label={label}
          placeholder={placeholder}
          autoCapitalize="off"
          autoCorrect="off"
          spellCheck={false}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
          onSelect={(event) => onSelect?.(requestOf(event.currentTarget))}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            onRun?.(requestOf(event.currentTarget));
          }}
        />
      )}
    </div>
  );
}

function requestOf(plain: HTMLTextAreaElement | null): EditorRequest {
  if (plain === null) return { text: '', selection: null, cursor: 0 };
  const { value, selectionStart, selectionEnd } = plain;
  const selection = selectionStart === selectionEnd ? null : { from: selectionStart, to: selectionEnd };
  return { text: value, selection, cursor: selectionEnd };
}
