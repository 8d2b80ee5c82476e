/**
 * The part of Explore's address that other features link to. Explore owns the rest of it. `from` and `to` are RFC 3339
 * or relative (`now-15m`); `from` may be `all`, for all time.
 */
export interface ExploreLink {
  q?: string;
  from?: string;
  to?: string;
  /** Name of the source; left out for what the server stores itself. */
  src?: string;
  /** The row that is open: `IngestId@Timestamp`. */
  row?: string;
}

/** A value as the search language takes it between quotes. */
export function quoted(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** All rows of one imported file: its name, and its span of time with the last row inside (`to` is exclusive). */
export function exploreLinkOfFile(
  name: string,
  firstTime: string | null,
  lastTime: string | null,
): ExploreLink {
  const link: ExploreLink = { q: `log.file.name:${quoted(name)}` };
  if (firstTime === null || lastTime === null) return { ...link, from: 'all' };
  const last = new Date(lastTime);
  return { ...link, from: firstTime, to: new Date(last.getTime() + 1).toISOString() };
}

const AROUND_MS = 30_000;

/** A row, open, among those of its search that are close to it in time. */
export function exploreLinkOfRow(
  row: { IngestId: string; Timestamp: string },
  query: string,
  source?: string,
): ExploreLink {
  const at = Date.parse(row.Timestamp);
  return {
    ...(query === '' ? {} : { q: query }),
    ...(source === undefined ? {} : { src: source }),
    from: new Date(at - AROUND_MS).toISOString(),
    to: new Date(at + AROUND_MS).toISOString(),
    row: `${row.IngestId}@${row.Timestamp}`,
  };
}
