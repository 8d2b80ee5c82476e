/** What the editor completes. */
export interface SqlSchema {
  /** The database whose tables need no prefix. */
  defaultDatabase: string;
  tables: SqlTable[];
  functions: SqlFunction[];
  /** Keys of map columns by the column's name: offered inside of `LogAttributes['`. */
  mapKeys?: Record<string, readonly string[]>;
}

export interface SqlTable {
  database: string;
  name: string;
  columns: SqlColumn[];
  comment?: string | undefined;
}

export interface SqlColumn {
  name: string;
  type: string;
  comment?: string | undefined;
}

export interface SqlFunction {
  name: string;
  isAggregate: boolean;
}

/** Tables by the name or alias under which a statement can use their columns. */
export function tablesInUse(schema: SqlSchema, sql: string): Map<string, SqlTable> {
  const used = new Map<string, SqlTable>();
  const clause =
    /\b(?:FROM|JOIN)\s+((?:[\w]+|`[^`]+`|"[^"]+")(?:\s*\.\s*(?:[\w]+|`[^`]+`|"[^"]+"))?)(?:\s+FINAL)?(?:\s+(?:AS\s+)?([A-Za-z_]\w*))?/gi;
  for (const match of sql.matchAll(clause)) {
    const parts = (match[1] ?? '').split('.').map((part) => part.trim().replace(/^[`"]|[`"]$/g, ''));
    const name = parts.at(-1) ?? '';
    const database = parts.length > 1 ? (parts[0] ?? '') : schema.defaultDatabase;
    const table = schema.tables.find((one) => one.name === name && one.database === database);
    if (table === undefined) continue;
    used.set(name, table);
    const alias = match[2];
    if (alias !== undefined && !CLAUSE_WORDS.has(alias.toUpperCase())) used.set(alias, table);
  }
  return used;
}

const CLAUSE_WORDS = new Set(
  (
    'WHERE PREWHERE GROUP ORDER LIMIT HAVING JOIN INNER LEFT RIGHT FULL CROSS ANY ALL ASOF SEMI ANTI GLOBAL ON USING UNION ' +
    'EXCEPT INTERSECT SETTINGS FORMAT SAMPLE ARRAY WINDOW QUALIFY OFFSET FINAL FILL WITH AS'
  ).split(' '),
);
