import { tokenize } from './lexer';

/** Whether a search has a pipe, which makes a table of it. A pipe in quotes or in a regular expression is none. */
export function hasPipe(text: string): boolean {
  return tokenize(text).some(({ kind }) => kind === 'pipe');
}
