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
const GAP = '[^A-Za-z0-9\\u0080-\\uFFFF]+';
const MATCHES_LIMIT = 200;

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** A word of the language as the source of a regular expression: its escapes read, its wildcards open. */
function wildcardSource(word: string, run: string, one: string): string {
  return word.replace(
    /\\(.)|([*?])|([^\\*?]+)/g,
    (_whole, escaped?: string, wildcard?: string, text?: string) => {
      if (wildcard !== undefined) return wildcard === '*' ? run : one;
      return escapeRegExp(escaped ?? text ?? '');
    },
  );
}

/** Whole tokens that follow each other, in any case; punctuation that is written must be there. */
function textPattern(text: string, isPhrase: boolean): RegExp | null {
  if (text === '' || (!isPhrase && /^\*+$/.test(text))) return null;
  const isLiteral = /[^A-Za-z0-9\u0080-\uFFFF\s]/.test(text);
  const source = !isPhrase
    ? wildcardSource(text, `${TOKEN_CHARACTER}*`, '\\S')
    : isLiteral
      ? escapeRegExp(text)
      : text.trim().split(/\s+/).map(escapeRegExp).join(GAP);
  const before = STARTS_TOKEN.test(text) ? `(?<!${TOKEN_CHARACTER})` : '';
  const after = ENDS_TOKEN.test(text) ? `(?!${TOKEN_CHARACTER})` : '';
  return new RegExp(before + source + after, 'gi');
}

/** A field's whole value. */
function valuePattern(text: string, isPhrase: boolean): RegExp | null {
  if (text === '' || (!isPhrase && text === '*')) return null;
  return new RegExp(`^(?:${isPhrase ? escapeRegExp(text) : wildcardSource(text, '[^]*', '[^]')})$`, 'gi');
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
  const isPhrase = term.value.kind === 'phrase';
  const searchesMessage =
    term.field === null || (canonicalField(term.field) === 'message' && term.comparison === null);
  return searchesMessage ? textPattern(term.value.text, isPhrase) : valuePattern(term.value.text, isPhrase);
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
