/** What can be said of SQL without parsing it: where literals and comments are, its parameters, its statements. */

export interface SqlParameter {
  name: string;
  /** ClickHouse's type as it is written, such as `DateTime64(9)`. */
  type: string;
}

interface Piece {
  kind: 'quoted' | 'comment' | 'parameter' | 'end';
  from: number;
  to: number;
}

export interface ParameterPlace extends SqlParameter {
  from: number;
  to: number;
}

/** A stretch of the text that runs by itself. */
export interface Statement {
  from: number;
  to: number;
  text: string;
}

const PIECE =
  /(?<quoted>'(?:[^'\\]|\\[^]|'')*(?:'|$)|"(?:[^"\\]|\\[^])*(?:"|$)|`(?:[^`\\]|\\[^])*(?:`|$))|(?<comment>--[^\n]*|#[! ][^\n]*|\/\*[^]*?(?:\*\/|$))|(?<parameter>\{\s*[A-Za-z_]\w*\s*:[^{}]+\})|(?<end>;)/g;

function piecesOf(sql: string): Piece[] {
  return Array.from(sql.matchAll(PIECE), (match): Piece => {
    const groups = match.groups ?? {};
    const kind =
      groups.quoted !== undefined
        ? 'quoted'
        : groups.comment !== undefined
          ? 'comment'
          : groups.parameter !== undefined
            ? 'parameter'
            : 'end';
    return { kind, from: match.index, to: match.index + match[0].length };
  });
}

/** Every `{name:Type}` outside of strings and comments, in order. */
export function parameterPlaces(sql: string): ParameterPlace[] {
  return piecesOf(sql).flatMap(({ kind, from, to }) => {
    if (kind !== 'parameter') return [];
    const inner = sql.slice(from + 1, to - 1);
    const colon = inner.indexOf(':');
    return [{ name: inner.slice(0, colon).trim(), type: inner.slice(colon + 1).trim(), from, to }];
  });
}

/** The parameters of the text, each once; of two types for one name the first counts. */
export function parametersOf(sql: string): SqlParameter[] {
  const known = new Map<string, SqlParameter>();
  for (const { name, type } of parameterPlaces(sql)) {
    if (!known.has(name)) known.set(name, { name, type });
  }
  return [...known.values()];
}

/** The statements between semicolons, without white space around them; comments alone are none. */
export function statementsOf(sql: string): Statement[] {
  const pieces = piecesOf(sql);
  const ends = pieces.filter(({ kind }) => kind === 'end').map(({ from }) => from);
  const statements: Statement[] = [];
  let start = 0;
  for (const end of [...ends, sql.length]) {
    const text = sql.slice(start, end);
    const from = start + (text.length - text.trimStart().length);
    const to = start + text.trimEnd().length;
    const comments = pieces.filter(
      (piece) => piece.kind === 'comment' && piece.from >= start && piece.to <= end,
    );
    const commented = comments.reduce((sum, piece) => sum + piece.to - piece.from, 0);
    const isEmpty = to <= from || (commented > 0 && withoutPieces(sql, from, to, comments).trim() === '');
    if (!isEmpty) statements.push({ from, to, text: sql.slice(from, to) });
    start = end + 1;
  }
  return statements;
}

function withoutPieces(sql: string, from: number, to: number, pieces: Piece[]): string {
  let rest = '';
  let at = from;
  for (const piece of pieces) {
    rest += sql.slice(at, piece.from);
    at = Math.max(at, piece.to);
  }
  return rest + sql.slice(at, to);
}

/** The statement that the cursor is in, or right behind; the only one where there is no other. */
export function statementAt(sql: string, cursor: number): Statement | null {
  const statements = statementsOf(sql);
  return (
    statements.find(({ to }) => cursor <= to + 1) ??
    // Behind the last semicolon, on an empty line.
    statements.at(-1) ??
    null
  );
}

/** What runs: the selection, else the statement at the cursor. */
export function chosenStatement(
  text: string,
  selection: { from: number; to: number } | null,
  cursor: number,
): Statement | null {
  if (selection === null) return statementAt(text, Math.min(cursor, text.length));
  const [first] = statementsOf(text.slice(selection.from, selection.to));
  if (first === undefined) return null;
  return { text: first.text, from: first.from + selection.from, to: first.to + selection.from };
}

/** A name as SQL takes it: between backticks where it is no plain word. */
export function identifier(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}
