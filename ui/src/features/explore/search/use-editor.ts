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
import { useEffect, useRef, type RefObject } from 'react';
import { historyCompletion, serverCompletion } from './completion';
import { problemRange, queryColours } from './query-language';

export interface EditorCallbacks {
  onRun: (text: string) => void;
  onChange: (text: string) => void;
  onEscape: () => void;
  history: () => readonly string[];
  complete: Parameters<typeof serverCompletion>[0];
  span: Parameters<typeof serverCompletion>[1];
}

const PLACEHOLDER = 'Search words, "phrases", field:value, /regex/';

/** The bar is one line: what is pasted with line breaks is joined by spaces. */
const singleLine = EditorState.transactionFilter.of((transaction) =>
  transaction.docChanged && transaction.newDoc.lines > 1
    ? [
        {
          changes: {
            from: 0,
            to: transaction.startState.doc.length,
            insert: transaction.newDoc
              .toString()
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
export function useEditor(
  host: RefObject<HTMLDivElement | null>,
  initial: string,
  callbacks: EditorCallbacks,
): RefObject<EditorView | null> {
  const view = useRef<EditorView | null>(null);
  const latest = useRef(callbacks);
  const first = useRef(initial);
  useEffect(() => {
    latest.current = callbacks;
  });
  useEffect(() => {
    if (host.current === null) return undefined;
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: first.current,
        extensions: [
          history(),
          keys(() => latest.current),
          autocompletion({
            override: [
              historyCompletion(() => latest.current.history()),
              serverCompletion(
                (request, signal) => latest.current.complete(request, signal),
                () => latest.current.span(),
              ),
            ],
            icons: false,
            selectOnOpen: false,
            // Nothing is selected unless by key, so nothing can be accepted by mistake.
            interactionDelay: 0,
            activateOnTypingDelay: 40,
            maxRenderedOptions: 50,
            addToOptions: [
              {
                position: 90,
                render: (completion) => {
                  const kind = document.createElement('span');
                  kind.className = 'query-completion-kind';
                  kind.textContent = completion.type ?? '';
                  return kind;
                },
              },
            ],
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
            if (update.docChanged) latest.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => {
      view.current = null;
      editor.destroy();
    };
  }, [host]);
  return view;
}
