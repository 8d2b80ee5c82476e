import { LOCAL_SOURCE } from '@/api/sources';
import { LOCAL_NAME } from './known-sources';

export interface SourceChoice {
  /** A heading over several kinds. */
  group: string | null;
  items: { value: string; label: string }[];
}

interface Known {
  names: readonly string[];
  servers: readonly string[];
  chosen: string | null;
  /** The lists have come: what is in none of them is not there. */
  isKnown: boolean;
  hasLocal: boolean;
}

/** What a query can read, each name once; what was chosen stays there to be seen, also where it is gone. */
export function sourceChoices({ names, servers, chosen, isKnown, hasLocal }: Known): SourceChoice[] {
  const item = (name: string) => ({ value: name, label: name });
  // A statement takes the connection where both have one name.
  const sources = names.filter((name) => !servers.includes(name));
  const isLost = chosen !== null && ![...names, ...servers, LOCAL_SOURCE].includes(chosen);
  const first = [
    ...(isLost ? [{ value: chosen, label: isKnown ? `${chosen} (no source)` : chosen }] : []),
    ...(hasLocal || chosen === LOCAL_SOURCE ? [{ value: LOCAL_SOURCE, label: LOCAL_NAME }] : []),
  ];
  const isGrouped = servers.length > 0 && sources.length > 0;
  return [
    { group: null, items: first },
    { group: isGrouped ? 'Sources' : null, items: sources.map(item) },
    { group: isGrouped ? 'Connections' : null, items: servers.map(item) },
  ].filter(({ items }) => items.length > 0);
}
