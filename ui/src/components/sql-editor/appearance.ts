import { syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import {
  Decoration,
  ViewPlugin,
  type DecorationSet,
  type EditorView,
  type ViewUpdate,
} from '@codemirror/view';
import { tagHighlighter, tags } from '@lezer/highlight';
import { parameterPlaces } from './sql-text';

/** Classes, so that the colours of both themes stay in the style sheet. */
export const sqlColours: Extension = syntaxHighlighting(
  tagHighlighter([
    { tag: [tags.keyword, tags.operatorKeyword], class: 'sql-keyword' },
    { tag: [tags.string, tags.special(tags.string)], class: 'sql-string' },
    { tag: [tags.number, tags.bool, tags.null], class: 'sql-number' },
    { tag: [tags.lineComment, tags.blockComment], class: 'sql-comment' },
    { tag: tags.typeName, class: 'sql-type' },
  ]),
);

const parameter = Decoration.mark({ class: 'sql-parameter' });

function decorate(view: EditorView): DecorationSet {
  return Decoration.set(
    parameterPlaces(view.state.doc.toString()).map(({ from, to }) => parameter.range(from, to)),
  );
}

/** Marks every `{name:Type}`. */
export const parameterMarks: Extension = ViewPlugin.fromClass(
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
