/** A statement that ran. */
export interface HistoryEntry {
  sql: string;
  /** RFC 3339. */
  at: string;
  elapsed_ms: number;
  rows: number;
  /** The error's message where it failed. */
  error: string | null;
  /** Where it ran, if not on this server. */
  source?: string;
}

const LIMIT = 300;
/** A statement of this length is kept with its beginning alone, so that the storage of a browser does not fill. */
const MAX_CHARACTERS = 20_000;

/** The newest first; the same statement run again takes the place of its run before. */
export function withEntry(entries: readonly HistoryEntry[], entry: HistoryEntry): HistoryEntry[] {
  if (entry.sql.length > MAX_CHARACTERS) return [...entries];
  const others = entries.filter(({ sql, source }) => sql !== entry.sql || source !== entry.source);
  return [entry, ...others].slice(0, LIMIT);
}

/** Entries that have every word, in any case, in their text or the name of where they ran. */
export function found(entries: readonly HistoryEntry[], search: string): HistoryEntry[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter(({ sql, source = '' }) => {
    const text = `${sql} ${source}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
