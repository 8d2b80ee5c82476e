import { tokenize } from './lexer';

/** The filter of a search and its pipes, which start with a bar; '' where there are none. */
export function splitPipes(query: string): { filter: string; pipes: string } {
  const bar = tokenize(query).find((token) => token.kind === 'pipe');
  if (bar === undefined) return { filter: query, pipes: '' };
  return { filter: query.slice(0, bar.from).trimEnd(), pipes: query.slice(bar.from) };
}

/** Whether its answer is a chart over time, as far as the text tells before it is there. */
export function isTimechart(query: string): boolean {
  return /\|\s*timechart\b/i.test(splitPipes(query).pipes);
}

export function hasPipes(query: string): boolean {
  return splitPipes(query).pipes !== '';
}
