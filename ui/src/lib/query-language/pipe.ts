import { tokenize } from './lexer';

/** Whether a search has a pipe, which makes a table of it. A pipe in quotes or in a regular expression is none. */
export function hasPipe(text: string): boolean {
  const covered = tokenize(text).filter(({ kind }) => kind === 'phrase' || kind === 'regex');
  return [...text.matchAll(/\|/g)].some(
    ({ index }) => !covered.some(({ from, to }) => from <= index && index < to),
  );
}
