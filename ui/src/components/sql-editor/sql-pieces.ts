export interface SqlPiece {
  kind: 'keyword' | 'string' | 'parameter' | 'other';
  text: string;
}

const PIECE =
  /(?<string>'(?:[^'\\]|\\.|'')*')|(?<parameter>\{\w+:[^}]+\})|\b(?<keyword>SELECT|FROM|PREWHERE|WHERE|AND|OR|NOT|IN|LIKE|ILIKE|BETWEEN|GROUP BY|ORDER BY|LIMIT|OFFSET|DESC|ASC|AS|WITH|HAVING|FILL|STEP|TO|SETTINGS|FORMAT|ARRAY JOIN|CASE|WHEN|THEN|ELSE|END)\b/g;

/** SQL in pieces to colour. */
export function tokenizeSql(sql: string): SqlPiece[] {
  const pieces: SqlPiece[] = [];
  let last = 0;
  for (const match of sql.matchAll(PIECE)) {
    if (match.index > last) pieces.push({ kind: 'other', text: sql.slice(last, match.index) });
    const kind = match.groups?.string ? 'string' : match.groups?.parameter ? 'parameter' : 'keyword';
    pieces.push({ kind, text: match[0] });
    last = match.index + match[0].length;
  }
  if (last < sql.length) pieces.push({ kind: 'other', text: sql.slice(last) });
  return pieces;
}
