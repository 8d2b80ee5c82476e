/** A statement that is worked on. */
export interface SqlTab {
  id: string;
  title: string;
  sql: string;
  /** Values of the parameters as they were typed, by name. */
  values: Record<string, string>;
  from: string | null;
  to: string | null;
  /** The saved query that it came from. */
  savedId: string | null;
  /** The source or connection whose server runs it; `null` is this server. */
  source: string | null;
}

export interface Tabs {
  tabs: SqlTab[];
  activeId: string;
}

export type NewTab = Partial<Omit<SqlTab, 'id'>>;

/** `Query 3` where `Query 1` and `Query 2` are there. */
export function freeTitle(tabs: readonly SqlTab[]): string {
  const taken = new Set(tabs.map(({ title }) => title));
  let number = 1;
  while (taken.has(`Query ${number}`)) number += 1;
  return `Query ${number}`;
}

export function newTab(id: string, tabs: readonly SqlTab[], content: NewTab = {}): SqlTab {
  return {
    title: freeTitle(tabs),
    sql: '',
    values: {},
    from: 'now-24h',
    to: 'now',
    savedId: null,
    source: null,
    ...content,
    id,
  };
}

/** A new tab stands at the end and is the active one; an empty active tab is taken in place of another one. */
export function opened({ tabs, activeId }: Tabs, tab: SqlTab): Tabs {
  const active = tabs.find(({ id }) => id === activeId);
  const replaces = active?.sql.trim() === '' && tab.sql !== '' && active.savedId === null;
  return {
    tabs: replaces ? tabs.map((one) => (one.id === activeId ? tab : one)) : [...tabs, tab],
    activeId: tab.id,
  };
}

/** Without the tab; its right neighbour becomes active, else its left one. `null` where it was the last. */
export function closed({ tabs, activeId }: Tabs, id: string): Tabs | null {
  const place = tabs.findIndex((tab) => tab.id === id);
  const rest = tabs.filter((tab) => tab.id !== id);
  const neighbour = rest[Math.min(place, rest.length - 1)];
  if (neighbour === undefined) return null;
  return { tabs: rest, activeId: activeId === id ? neighbour.id : activeId };
}

/** Back where it was. */
export function restored({ tabs }: Tabs, tab: SqlTab, place: number): Tabs {
  return { tabs: [...tabs.slice(0, place), tab, ...tabs.slice(place)], activeId: tab.id };
}

export function changed({ tabs, activeId }: Tabs, id: string, change: NewTab): Tabs {
  return { activeId, tabs: tabs.map((tab) => (tab.id === id ? { ...tab, ...change } : tab)) };
}

/** The tab at another place; places beyond the ends are the ends. */
export function moved({ tabs, activeId }: Tabs, id: string, place: number): Tabs {
  const tab = tabs.find((one) => one.id === id);
  if (tab === undefined) return { tabs, activeId };
  const rest = tabs.filter((one) => one.id !== id);
  const at = Math.min(Math.max(place, 0), rest.length);
  return { activeId, tabs: [...rest.slice(0, at), tab, ...rest.slice(at)] };
}

/** The tab so many places on; behind the last comes the first. */
export function neighbour({ tabs, activeId }: Tabs, steps: number): string {
  const place = tabs.findIndex(({ id }) => id === activeId);
  return tabs[(place + steps + tabs.length) % tabs.length]?.id ?? activeId;
}

/** What was stored, as far as it is ours. */
export function readTabs(stored: unknown, fallback: SqlTab): Tabs {
  const { tabs, activeId } = (stored ?? {}) as { tabs?: unknown; activeId?: unknown };
  const ours = Array.isArray(tabs) ? tabs.flatMap(readTab) : [];
  const [first] = ours;
  if (first === undefined) return { tabs: [fallback], activeId: fallback.id };
  const active = ours.find(({ id }) => id === activeId) ?? first;
  return { tabs: ours, activeId: active.id };
}

function readTab(stored: unknown): SqlTab[] {
  const tab = stored as Partial<SqlTab> | null;
  if (typeof tab?.id !== 'string' || typeof tab.sql !== 'string') return [];
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return [
    {
      id: tab.id,
      title: text(tab.title) ?? 'Query',
      sql: tab.sql,
      values: typeof tab.values === 'object' ? { ...tab.values } : {},
      from: text(tab.from),
      to: text(tab.to),
      savedId: text(tab.savedId),
      source: text(tab.source),
    },
  ];
}
