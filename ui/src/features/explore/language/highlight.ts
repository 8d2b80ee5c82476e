import { canonicalField, parse, type Expression, type Term } from './syntax';

/** What to mark in the text of one field. `field` is canonical; words without a field search the message. */
export interface Highlight {
  field: string;
  pattern: RegExp;
}

export interface MatchRange {
  from: number;
  to: number;
}

/** A letter, digit or anything beyond ASCII belongs to a token; everything else parts tokens, `_` too. */
const TOKEN_CHARACTER = '[A-Za-z0-9\\u0080-\\uFFFF]';
const STARTS_TOKEN = new RegExp(`^${TOKEN_CHARACTER}`);
const ENDS_TOKEN = new RegExp(`${TOKEN_CHARACTER}$`);
const MATCHES_LIMIT = 200;

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** Matches whole tokens in any case; `*` stands for the rest of a token. */
function wordPattern(text: string, hasWildcards: boolean): RegExp | null {
  if (text === '' || (hasWildcards && /^\*+$/.test(text))) return null;
  const parts = hasWildcards ? text.split(/\*+/) : [text];
  const source = parts.map(escapeRegExp).join(`${TOKEN_CHARACTER}*`);
  const before = STARTS_TOKEN.test(text) ? `(?<!${TOKEN_CHARACTER})` : '';
  const after = ENDS_TOKEN.test(text) ? `(?!${TOKEN_CHARACTER})` : '';
  return new RegExp(before + source + after, 'gi');
}

function regexPattern(text: string): RegExp | null {
  const flags = /^\(\?([ims]+)\)/.exec(text);
  const source = flags ? text.slice(flags[0].length) : text;
  try {
    const pattern = new RegExp(source, `g${flags?.[1] ?? ''}`);
    return pattern.test('') ? null : pattern;
  } catch {
    return null;
  }
}

function patternOf(term: Term): RegExp | null {
  if (term.comparison !== null && term.comparison !== '=') return null;
  if (term.value.kind === 'regex') return regexPattern(term.value.text);
  return wordPattern(term.value.text, term.value.kind === 'word');
}

function collect(expression: Expression | null, into: Highlight[]) {
  if (!expression || expression.kind === 'not') return;
  if (expression.kind !== 'term') {
    for (const child of expression.children) collect(child, into);
    return;
  }
  const pattern = patternOf(expression);
  if (pattern)
    into.push({ field: expression.field === null ? 'message' : canonicalField(expression.field), pattern });
}

/** What a search asks to find, field by field. Negated parts mark nothing. */
export function highlightsOf(query: string): Highlight[] {
  const highlights: Highlight[] = [];
  collect(parse(query), highlights);
  return highlights;
}

/** Matches in a field's text in order, overlapping ones joined. */
export function matchRanges(text: string, field: string, highlights: Highlight[]): MatchRange[] {
  const ranges: MatchRange[] = [];
  for (const { field: wanted, pattern } of highlights) {
    if (wanted !== field) continue;
    pattern.lastIndex = 0;
    for (let match = pattern.exec(text); match && ranges.length < MATCHES_LIMIT; match = pattern.exec(text)) {
      if (match[0] === '') pattern.lastIndex += 1;
      else ranges.push({ from: match.index, to: match.index + match[0].length });
    }
  }
  ranges.sort((left, right) => left.from - right.from);
  const joined: MatchRange[] = [];
  for (const range of ranges) {
    const last = joined.at(-1);
    if (last && range.from <= last.to) last.to = Math.max(last.to, range.to);
    else joined.push(range);
  }
  return joined;
}
