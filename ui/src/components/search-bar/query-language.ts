import { StateEffect, StateField, type Extension } from '@codemirror/state';
import { Decoration, EditorView, ViewPlugin, type DecorationSet, type ViewUpdate } from '@codemirror/view';
import { tokenize, type Token } from '@/lib/query-language/lexer';

const MARKS: Record<Token['kind'], Decoration> = {
  word: Decoration.mark({ class: 'query-word' }),
  phrase: Decoration.mark({ class: 'query-phrase' }),
  regex: Decoration.mark({ class: 'query-regex' }),
  field: Decoration.mark({ class: 'query-field' }),
  comparison: Decoration.mark({ class: 'query-operator' }),
  keyword: Decoration.mark({ class: 'query-operator' }),
  negation: Decoration.mark({ class: 'query-negation' }),
  parenthesis: Decoration.mark({ class: 'query-operator' }),
  pipe: Decoration.mark({ class: 'query-pipe' }),
  command: Decoration.mark({ class: 'query-command' }),
  function: Decoration.mark({ class: 'query-function' }),
  comment: Decoration.mark({ class: 'query-comment' }),
};

function decorate(view: EditorView): DecorationSet {
  return Decoration.set(
    tokenize(view.state.doc.toString()).map(({ kind, from, to }) => MARKS[kind].range(from, to)),
  );
}

/** Colours of the search language. */
export const queryColours: Extension = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = decorate(view);
    }
    update(update: ViewUpdate) {
      if (update.docChanged) this.decorations = decorate(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

export interface ProblemRange {
  from: number;
  to: number;
}

export const setProblem = StateEffect.define<ProblemRange | null>();

const underline = Decoration.mark({ class: 'query-problem' });

/** The stretch that the server does not understand; it goes away as soon as the text changes. */
export const problemRange: Extension = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = transaction.docChanged ? Decoration.none : marks;
    for (const effect of transaction.effects) {
      if (!effect.is(setProblem)) continue;
      const length = transaction.state.doc.length;
      const to = Math.min(effect.value?.to ?? 0, length);
      const from = Math.min(effect.value?.from ?? 0, Math.max(to - 1, 0));
      next = effect.value && to > from ? Decoration.set([underline.range(from, to)]) : Decoration.none;
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});
