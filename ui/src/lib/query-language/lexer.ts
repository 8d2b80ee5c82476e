import { pipeTokens } from './pipe-lexer';

/** What a stretch of the search text is. Whitespace is left out. */
export type TokenKind =
  | 'word'
  | 'phrase'
  | 'regex'
  | 'field'
  | 'comparison'
  | 'keyword'
  | 'negation'
  | 'parenthesis'
  | 'pipe'
  | 'command'
  | 'function'
  | 'comment';

export interface Token {
  kind: TokenKind;
  /** UTF-16 offsets into the text; `to` is exclusive. */
  from: number;
  to: number;
  /** Source text; for a field without its colon (which is within `to`), for a phrase or regex without its delimiters and escapes. */
  text: string;
  /** False where a closing quote or slash is missing. */
  closed: boolean;
}

const KEYWORDS = new Set(['AND', 'OR', 'NOT']);
const COMPARISON = /^(?:>=|<=|!=|>|<|=)/;
const FIELD_NAME = /^[\p{L}\p{N}_@$#.][\p{L}\p{N}_@$#./-]*$/u;

/** Whether a name can stand before a colon without quotes. */
export function isPlainFieldName(name: string): boolean {
  return FIELD_NAME.test(name);
}

/** `[a TO b]` or `in(a, b)` after `field:`. */
const VALUE_WITH_SPACES = /^(?:[[{]\s*[^\s|]+\s+TO\s+[^\s|]+?\s*[\]}]|in\([^()]*\))/;
/** `field in (a, b)` */
const FIELD_IN_LIST = /^([\p{L}\p{N}_@$#.][\p{L}\p{N}_@$#./-]*)\s+in\s*(\([^()]*\))/iu;

function isComment(text: string, index: number): boolean {
  const pair = text.slice(index, index + 2);
  return pair === '//' || /^#(?:\s|$)/.test(pair);
}

function lineEnd(text: string, index: number): number {
  const end = text.indexOf('\n', index);
  return end === -1 ? text.length : end;
}

function isBreak(character: string): boolean {
  return /[\s()"|]/.test(character);
}

function readDelimited(
  text: string,
  start: number,
  delimiter: string,
): { to: number; content: string; closed: boolean } {
  let content = '';
  let index = start + 1;
  while (index < text.length) {
    const character = text.charAt(index);
    if (character === '\\' && index + 1 < text.length) {
      const next = text.charAt(index + 1);
      const isEscape = next === delimiter || (delimiter === '"' && next === '\\');
      content += isEscape ? next : character + next;
      index += 2;
    } else if (character === delimiter) {
      return { to: index + 1, content, closed: true };
    } else {
      content += character;
      index += 1;
    }
  }
  return { to: text.length, content, closed: false };
}

/**
 * Tokens of a search in order. Never fails: the server judges the text, this only has to colour it,
 * edit it and know what it matches.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let index = 0;
  const push = (kind: TokenKind, to: number, content = text.slice(index, to), closed = true) => {
    tokens.push({ kind, from: index, to, text: content, closed });
    index = to;
  };
  while (index < text.length) {
    const character = text.charAt(index);
    const last = tokens.at(-1);
    const followsField = last?.kind === 'field' && last.to === index;
    const followsValueStart = followsField || (last?.kind === 'comparison' && last.to === index);
    if (/\s/.test(character)) {
      index += 1;
    } else if (character === '|') {
      tokens.push(...pipeTokens(text, index));
      return tokens;
    } else if (!followsValueStart && isComment(text, index)) {
      push('comment', lineEnd(text, index));
    } else if (character === '(' || character === ')') {
      push('parenthesis', index + 1);
    } else if (character === '"') {
      const { to, content, closed } = readDelimited(text, index, '"');
      if (closed && text.charAt(to) === ':' && !followsValueStart) {
        push('field', to + 1, content);
      } else {
        push('phrase', to, content, closed);
      }
    } else if (character === '/' && isRegexStart(text, index)) {
      const { to, content, closed } = readDelimited(text, index, '/');
      push('regex', to, content, closed);
    } else if (
      !followsValueStart &&
      (character === '-' || character === '!') &&
      startsTerm(text, index + 1)
    ) {
      push('negation', index + 1);
    } else if (followsField && COMPARISON.test(text.slice(index, index + 2))) {
      const length = COMPARISON.exec(text.slice(index, index + 2))?.[0].length ?? 1;
      push('comparison', index + length);
    } else {
      readWord(followsValueStart);
    }
  }
  return tokens;

  function readWord(isValue: boolean) {
    const special = isValue ? VALUE_WITH_SPACES.exec(text.slice(index))?.[0] : undefined;
    if (special !== undefined) {
      push('word', index + special.length);
      return;
    }
    const list = isValue ? null : FIELD_IN_LIST.exec(text.slice(index));
    if (list) {
      push('field', index + list[0].length - (list[2] ?? '').length, list[1]);
      push('word', index + (list[2] ?? '').length);
      return;
    }
    let to = index;
    while (to < text.length && !isBreak(text.charAt(to))) {
      if (!isValue && to > index && startsOperator(text, to)) {
        // Without a colon the operator is a token of its own: `status>=500`.
        push('field', text.charAt(to) === ':' ? to + 1 : to, text.slice(index, to));
        return;
      }
      to += text.charAt(to) === '\\' ? 2 : 1;
    }
    to = Math.max(Math.min(to, text.length), index + 1);
    const word = text.slice(index, to);
    push(!isValue && KEYWORDS.has(word) ? 'keyword' : 'word', to);
  }
}

function startsOperator(text: string, index: number): boolean {
  const character = text.charAt(index);
  return /[:=<>]/.test(character) || (character === '!' && text.charAt(index + 1) === '=');
}

function isRegexStart(text: string, index: number): boolean {
  const { closed, to } = readDelimited(text, index, '/');
  if (!closed) {
    return !/\s/.test(text.charAt(index + 1)) && index + 1 < text.length;
  }
  const after = text.charAt(to);
  return after === '' || isBreak(after);
}

function startsTerm(text: string, index: number): boolean {
  const character = text.charAt(index);
  return character !== '' && !/\s/.test(character) && character !== ')';
}
