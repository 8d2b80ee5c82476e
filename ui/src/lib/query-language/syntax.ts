import { tokenize, type Token } from './lexer';

export interface Term {
  kind: 'term';
  from: number;
  to: number;
  /** Name as written; null for a word, phrase or regex that searches the message. */
  field: string | null;
  comparison: string | null;
  value: { kind: 'word' | 'phrase' | 'regex'; text: string };
}

export interface Negation {
  kind: 'not';
  from: number;
  to: number;
  child: Expression;
}

export interface Operation {
  kind: 'and' | 'or';
  from: number;
  to: number;
  children: Expression[];
  /** Whether parentheses stand around it; they are within `from` and `to`. */
  grouped: boolean;
}

export type Expression = Term | Negation | Operation;

const ALIASES: Record<string, string> = {
  body: 'message',
  msg: 'message',
  severity: 'level',
  timestamp: 'time',
};

/** One name for each of the short names that mean the same column. */
export function canonicalField(name: string): string {
  const lower = name.toLowerCase();
  return ALIASES[lower] ?? (SHORT_NAMES.has(lower) ? lower : name);
}

const SHORT_NAMES = new Set(['time', 'level', 'service', 'message', 'trace_id', 'span_id', 'host']);

/** The filter of a search, or null when it holds no term. Broken input gives what can be read of it. */
export function parse(text: string): Expression | null {
  const tokens = tokenize(text).filter((token) => token.kind !== 'comment');
  const pipes = tokens.findIndex((token) => token.kind === 'pipe');
  return new Parser(pipes === -1 ? tokens : tokens.slice(0, pipes)).parse();
}

class Parser {
  private position = 0;

  constructor(private readonly tokens: Token[]) {}

  parse(): Expression | null {
    const parts: Expression[] = [];
    while (this.position < this.tokens.length) {
      const part = this.disjunction(null);
      if (part) {
        parts.push(part);
      } else {
        this.position += 1;
      }
    }
    return join('and', parts);
  }

  private peek(): Token | undefined {
    return this.tokens[this.position];
  }

  private isKeyword(word: string): boolean {
    const token = this.peek();
    return token?.kind === 'keyword' && token.text === word;
  }

  private disjunction(field: Token | null): Expression | null {
    const parts = compact([this.conjunction(field)]);
    while (this.isKeyword('OR')) {
      this.position += 1;
      const next = this.conjunction(field);
      if (next) parts.push(next);
    }
    return join('or', parts);
  }

  private conjunction(field: Token | null): Expression | null {
    const parts: Expression[] = [];
    for (;;) {
      if (this.isKeyword('AND')) {
        this.position += 1;
        continue;
      }
      const part = this.unary(field);
      if (!part) break;
      parts.push(part);
    }
    return join('and', parts);
  }

  private unary(field: Token | null): Expression | null {
    const token = this.peek();
    if (!token) return null;
    if (token.kind === 'negation' || this.isKeyword('NOT')) {
      this.position += 1;
      const child = this.unary(field);
      return child ? { kind: 'not', from: token.from, to: child.to, child } : null;
    }
    if (token.text === '(' && token.kind === 'parenthesis') return this.group(token, field);
    if (token.kind === 'field') return this.fieldTerm(token);
    if (token.kind === 'word' || token.kind === 'phrase' || token.kind === 'regex') {
      this.position += 1;
      return {
        kind: 'term',
        from: token.from,
        to: token.to,
        field: field?.text ?? null,
        comparison: null,
        value: { kind: token.kind, text: token.text },
      };
    }
    return null;
  }

  private group(open: Token, field: Token | null): Expression | null {
    this.position += 1;
    const inner = this.disjunction(field);
    const close = this.peek();
    const isClosed = close?.kind === 'parenthesis' && close.text === ')';
    if (isClosed) this.position += 1;
    if (!inner) return null;
    const to = isClosed ? close.to : inner.to;
    if (inner.kind === 'and' || inner.kind === 'or') return { ...inner, from: open.from, to, grouped: true };
    return { kind: 'and', from: open.from, to, children: [inner], grouped: true };
  }

  private fieldTerm(field: Token): Expression | null {
    this.position += 1;
    let next = this.peek();
    let comparison: string | null = null;
    let end = field.to;
    if (next?.kind === 'comparison' && next.from === end) {
      comparison = next.text;
      end = next.to;
      this.position += 1;
      next = this.peek();
    }
    if (next?.from !== end) return null;
    if (next.kind === 'parenthesis' && next.text === '(' && comparison === null) {
      const group = this.group(next, field);
      return group ? { ...group, from: field.from } : null;
    }
    if (next.kind !== 'word' && next.kind !== 'phrase' && next.kind !== 'regex') return null;
    this.position += 1;
    // A range or a list is no single value that could be toggled.
    if (next.kind === 'word' && /^(?:[[{].*\sTO\s|in\(|\()/s.test(next.text)) comparison ??= '';
    return {
      kind: 'term',
      from: field.from,
      to: next.to,
      field: field.text,
      comparison,
      value: { kind: next.kind, text: next.text },
    };
  }
}

function compact<T>(items: (T | null)[]): T[] {
  return items.filter((item): item is T => item !== null);
}

function join(kind: 'and' | 'or', parts: Expression[]): Expression | null {
  const [first] = parts;
  const last = parts.at(-1);
  if (!first || !last) return null;
  if (parts.length === 1) return first;
  return { kind, from: first.from, to: last.to, children: parts, grouped: false };
}
