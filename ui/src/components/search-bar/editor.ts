import {
  acceptCompletion,
  autocompletion,
  closeCompletion,
  completionStatus,
  moveCompletionSelection,
  selectedCompletionIndex,
  startCompletion,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { EditorState, Prec, type Extension } from '@codemirror/state';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import type { TextSelection } from '@/lib/text-selection';
import { completionKind } from '../completion-kind';
import { historyCompletion, serverCompletion } from './completion';
import { problemRange, queryColours, setProblem, type ProblemRange } from './query-language';
import { PLACEHOLDER } from './placeholder';

export interface EditorCallbacks {
  onRun: (text: string) => void;
  onChange: (text: string) => void;
  onEscape: () => void;
  history: () => readonly string[];
  complete: Parameters<typeof serverCompletion>[0];
  span: Parameters<typeof serverCompletion>[1];
  /** How what is being written is written; null for nothing to say. */
  onSignature: Parameters<typeof serverCompletion>[2];
}

/** The search bar's text, coloured and completed. */
export interface QueryEditor {
  text(): string;
  /** Replaces all text; the cursor goes to its end. */
  setText(text: string): void;
  setProblem(range: ProblemRange | null): void;
  focus(): void;
  blur(): void;
  destroy(): void;
}

/** What the plain input held when the editor took its place. */
export interface TypedText {
  text: string;
  selection: TextSelection;
  hasFocus: boolean;
}

/** Lets the letter be painted first. The server knows the fields, and a question that a further letter makes void is dropped. */
const COMPLETION_DELAY_MS = 5;

/** A comment to the end of its line, which is lost when lines are joined. */
const COMMENT = /(?:^|\s)(?:\/\/|#(?=\s|$)).*$/gm;

/** The bar is one line: what is pasted with line breaks is joined by spaces, without its comments. */
const singleLine = EditorState.transactionFilter.of((transaction) =>
  transaction.docChanged && transaction.newDoc.lines > 1
    ? [
        {
          changes: {
            from: 0,
            to: transaction.startState.doc.length,
            insert: transaction.newDoc
              .toString()
              .replaceAll(COMMENT, '')
              .replaceAll(/\s*\n\s*/g, ' ')
              .trim(),
          },
          selection: { anchor: 0 },
          sequential: true,
        },
      ]
    : transaction,
);

function keys(callbacks: () => EditorCallbacks): Extension {
  const run = (view: EditorView): boolean => {
    if (completionStatus(view.state) === 'active' && selectedCompletionIndex(view.state) !== null) {
      return acceptCompletion(view);
    }
    closeCompletion(view);
    callbacks().onRun(view.state.doc.toString());
    return true;
  };
  // Enter runs what is typed unless a completion was chosen; Tab takes the first without choosing, and leaves the bar
  // only when nothing is offered or on its way.
  const acceptFirst = (view: EditorView): boolean => {
    if (completionStatus(view.state) === null) return false;
    if (selectedCompletionIndex(view.state) === null) moveCompletionSelection(true)(view);
    acceptCompletion(view);
    return true;
  };
  const escape = (view: EditorView): boolean => {
    if (completionStatus(view.state) !== null) return closeCompletion(view);
    callbacks().onEscape();
    return true;
  };
  const recall = (view: EditorView): boolean =>
    view.state.doc.length === 0 && completionStatus(view.state) === null && startCompletion(view);
  return [
    Prec.highest(
      keymap.of([
        { key: 'Enter', run },
        { key: 'Shift-Enter', run: () => true },
        { key: 'Mod-Enter', run },
        { key: 'Escape', run: escape },
        { key: 'Tab', run: acceptFirst },
        { key: 'ArrowUp', run: recall },
        { key: 'ArrowDown', run: recall },
      ]),
    ),
    keymap.of([...defaultKeymap, ...historyKeymap]),
  ];
}

/** A CodeMirror editor for the search language inside `host`. */
export function createEditor(
  host: HTMLElement,
  typed: TypedText,
  callbacks: () => EditorCallbacks,
): QueryEditor {
  const view = new EditorView({
    parent: host,
    state: EditorState.create({
      doc: typed.text,
      selection: typed.selection,
      extensions: [
        history(),
        keys(callbacks),
        autocompletion({
          override: [
            historyCompletion(() => callbacks().history()),
            serverCompletion(
              (request, signal) => callbacks().complete(request, signal),
              () => callbacks().span(),
              (signature) => callbacks().onSignature(signature),
            ),
          ],
          icons: false,
          selectOnOpen: false,
          // Nothing is selected unless by key, so nothing can be accepted by mistake.
          interactionDelay: 0,
          activateOnTypingDelay: COMPLETION_DELAY_MS,
          maxRenderedOptions: 50,
          addToOptions: [completionKind],
        }),
        singleLine,
        queryColours,
        problemRange,
        placeholder(PLACEHOLDER),
        EditorView.contentAttributes.of({
          // The text scrolls sideways, so it has to be reached by Tab.
          tabindex: '0',
          'aria-label': 'Search',
          'aria-multiline': 'false',
          autocapitalize: 'off',
          autocorrect: 'off',
          spellcheck: 'false',
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) callbacks().onChange(update.state.doc.toString());
          if (update.focusChanged && !update.view.hasFocus) callbacks().onSignature(null);
        }),
      ],
    }),
  });
  if (typed.hasFocus) view.focus();
  return {
    text: () => view.state.doc.toString(),
    setText: (text) =>
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: text },
        selection: { anchor: text.length },
      }),
    setProblem: (range) => view.dispatch({ effects: setProblem.of(range) }),
    focus: () => view.focus(),
    blur: () => view.contentDOM.blur(),
    destroy: () => view.destroy(),
  };
}
