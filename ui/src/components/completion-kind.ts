import type { Completion } from '@codemirror/autocomplete';

/** Writes what kind of thing is offered behind its name. */
export const completionKind = {
  position: 90,
  render: ({ type }: Completion): HTMLElement => {
    const kind = document.createElement('span');
    kind.className = 'completion-kind';
    kind.textContent = type ?? '';
    return kind;
  },
};
