import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
  completionStatus,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, indentUnit } from '@codemirror/language';
import { lintKeymap, setDiagnostics } from '@codemirror/lint';
import { Compartment, EditorState, Prec, type Extension } from '@codemirror/state';
import { EditorView, highlightActiveLine, keymap, lineNumbers, placeholder } from '@codemirror/view';
import type { TextSelection } from '@/lib/text-selection';
import { completionKind } from '../completion-kind';
import { parameterMarks, sqlColours } from './appearance';
import { sqlCompletion } from './completion';
import { clickHouse } from './dialect';
import type { EditorRequest, SqlEditorHandle, SqlMark } from './sql-editor';
import type { SqlSchema } from './schema';

export interface EditorHooks {
  onChange: (text: string) => void;
  onSelect: ((request: EditorRequest) => void) | undefined;
  onRun: ((request: EditorRequest) => void) | undefined;
  schema: SqlSchema | null;
}

export interface EditorLook {
  label: string;
  placeholder: string;
  hasLineNumbers: boolean;
}

/** A CodeMirror editor for ClickHouse's SQL; a document by another name has its own undo, cursor and scroll. */
export class SqlEditorView implements SqlEditorHandle {
  private readonly view: EditorView;
  private readonly hooks: () => EditorHooks;
  private readonly states = new Map<string, EditorState>();
  private readonly look = new Compartment();
  private extensions: Extension;
  private document: string;

  constructor(host: HTMLElement, document: string, text: string, look: EditorLook, hooks: () => EditorHooks) {
    this.hooks = hooks;
    this.document = document;
    this.extensions = [this.behaviour(), this.look.of(lookOf(look))];
    this.view = new EditorView({ parent: host, state: this.newState(text) });
  }

  text(): string {
    return this.view.state.doc.toString();
  }

  request(): EditorRequest {
    const { state } = this.view;
    const { from, to, head } = state.selection.main;
    return { text: state.doc.toString(), selection: from === to ? null : { from, to }, cursor: head };
  }

  insert(text: string): void {
    const { from, to } = this.view.state.selection.main;
    const { doc } = this.view.state;
    const before = doc.sliceString(Math.max(from - 1, 0), from);
    const after = doc.sliceString(to, to + 1);
    const padded = (/[\w`)'"]/.test(before) ? ' ' : '') + text + (/[\w`('"]/.test(after) ? ' ' : '');
    this.view.dispatch({
      changes: { from, to, insert: padded },
      selection: { anchor: from + padded.length },
      scrollIntoView: true,
      userEvent: 'input',
    });
    this.view.focus();
  }

  focus(): void {
    this.view.focus();
  }

  /** The cursor goes there, as the list of mistakes does it. */
  goTo(offset: number): void {
    const anchor = Math.min(offset, this.view.state.doc.length);
    this.select({ anchor, head: anchor });
  }

  select(selection: TextSelection): void {
    this.view.dispatch({ selection, scrollIntoView: true });
    this.view.focus();
  }

  show(document: string, text: string): void {
    if (document !== this.document) {
      this.states.set(this.document, this.view.state);
      this.document = document;
      this.view.setState(this.states.get(document) ?? this.newState(text));
      this.hooks().onSelect?.(this.request());
    }
    if (this.text() === text) return;
    this.view.dispatch({
      changes: { from: 0, to: this.view.state.doc.length, insert: text },
      selection: { anchor: Math.min(this.view.state.selection.main.head, text.length) },
    });
  }

  setLook(look: EditorLook): void {
    this.extensions = [this.behaviour(), this.look.of(lookOf(look))];
    this.view.dispatch({ effects: this.look.reconfigure(lookOf(look)) });
  }

  setMarks(marks: readonly SqlMark[]): void {
    const length = this.view.state.doc.length;
    this.view.dispatch(
      setDiagnostics(
        this.view.state,
        marks.map(({ from, to, kind, message }) => {
          const end = Math.min(Math.max(to, from + 1), length);
          return {
            from: Math.min(from, Math.max(end - 1, 0)),
            to: end,
            severity: kind === 'error' ? 'error' : 'warning',
            message,
          };
        }),
      ),
    );
  }

  destroy(): void {
    this.view.destroy();
  }

  private newState(text: string): EditorState {
    return EditorState.create({ doc: text, extensions: this.extensions });
  }

  private behaviour(): Extension {
    const run = (view: EditorView): boolean => {
      const { onRun } = this.hooks();
      if (onRun === undefined) return false;
      closeCompletion(view);
      onRun(this.request());
      return true;
    };
    return [
      history(),
      Prec.highest(
        keymap.of([
          { key: 'Mod-Enter', run },
          { key: 'Tab', run: acceptByTab },
        ]),
      ),
      keymap.of([
        ...closeBracketsKeymap,
        ...completionKeymap,
        ...lintKeymap,
        ...historyKeymap,
        ...defaultKeymap,
        // Escape, then Tab leaves the editor.
        indentWithTab,
      ]),
      clickHouse.extension,
      indentUnit.of('  '),
      bracketMatching(),
      closeBrackets(),
      autocompletion({
        override: [sqlCompletion(() => this.hooks().schema)],
        icons: false,
        activateOnTypingDelay: 40,
        interactionDelay: INTERACTION_DELAY_MS,
        maxRenderedOptions: 60,
        addToOptions: [completionKind],
      }),
      sqlColours,
      parameterMarks,
      EditorView.lineWrapping,
      EditorView.updateListener.of((update) => {
        if (update.docChanged) this.hooks().onChange(update.state.doc.toString());
        if (update.docChanged || update.selectionSet) this.hooks().onSelect?.(this.request());
      }),
    ];
  }
}

/** As long as CodeMirror keeps keys from what has only just opened. */
const INTERACTION_DELAY_MS = 75;

/** Tab is meant even where the list has only just opened: it must not indent then. */
function acceptByTab(view: EditorView): boolean {
  if (acceptCompletion(view)) return true;
  if (completionStatus(view.state) !== 'active') return false;
  setTimeout(() => acceptCompletion(view), INTERACTION_DELAY_MS);
  return true;
}

function lookOf(look: EditorLook): Extension {
  return [
    look.hasLineNumbers ? [lineNumbers(), highlightActiveLine()] : [],
    placeholder(look.placeholder),
    EditorView.contentAttributes.of({
      'aria-label': look.label,
      autocapitalize: 'off',
      autocorrect: 'off',
      spellcheck: 'false',
    }),
  ];
}
