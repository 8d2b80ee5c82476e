import type { Token, TokenKind } from './lexer';

const KEYWORDS = new Set(
  'as by and or not in asc desc limit span from keep offset before after left inner json logfmt true false'.split(
    ' ',
  ),
);
const NAME = /[\p{L}_@$][\p{L}\p{N}_.@$]*/uy;
const NUMBER = /\.?\d[\d.]*(?:[eE][-+]?\d+)?[\p{L}%]*/uy;
const OPERATOR = /[=!<>]=|<>|[-+*/%=<>,]/y;
const QUOTED = /(["'`])(?:\\[^]|(?!\1)[^\\])*(\1|$)/y;
const REGEX = /\/(?:\\[^]|[^\\/])+\/(?=[\s(),|]|$)/y;
const VALUE = /[^\s()"|,]+/y;
const COMMENT = /\/\/[^\n]*|#(?=\s|$)[^\n]*/y;

/** Tokens of the pipes of a search, from their first bar on. */
export function pipeTokens(text: string, start: number): Token[] {
  const tokens: Token[] = [];
  let index = start;
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = index;
    return pattern.exec(text)?.[0] ?? null;
  };
  const push = (kind: TokenKind, source: string, content = source, closed = true) => {
    tokens.push({ kind, from: index, to: index + source.length, text: content, closed });
    index += source.length;
  };
  while (index < text.length) {
    const character = text.charAt(index);
    const isFirst = tokens.at(-1)?.kind === 'pipe';
    const source =
      match(COMMENT) ?? match(REGEX) ?? match(QUOTED) ?? match(NAME) ?? match(NUMBER) ?? match(OPERATOR);
    if (/\s/.test(character)) {
      index += 1;
    } else if (character === '|') {
      push('pipe', character);
    } else if (character === '(' || character === ')') {
      push('parenthesis', character);
    } else if (source === null) {
      push('word', character);
    } else if (/^(?:\/\/|#)/.test(source)) {
      push('comment', source);
    } else if (/^\/./.test(source) && source.endsWith('/') && source.length > 2) {
      push('regex', source, source.slice(1, -1));
    } else if (/^["'`]/.test(source)) {
      const closed = source.length > 1 && source.endsWith(source.charAt(0));
      push(
        source.startsWith('`') ? 'field' : 'phrase',
        source,
        source.slice(1, closed ? -1 : undefined),
        closed,
      );
    } else if (/^[\p{L}_@$]/u.test(source)) {
      const next = text.charAt(index + source.length);
      if (isFirst) push('command', source);
      else if (next === '(') push('function', source);
      else if (next === ':') {
        push('field', `${source}:`, source);
        const value = match(VALUE);
        if (value !== null) push('word', value);
      } else push(KEYWORDS.has(source.toLowerCase()) ? 'keyword' : 'field', source);
    } else {
      push(/^[.\d]/.test(source) ? 'word' : 'comparison', source);
    }
  }
  return tokens;
}
