import type { BuilderLink } from '@/lib/builder-link';
import type { TimeRange } from '@/lib/time-range/range';

const DEFAULT: TimeRange = { from: 'now-24h', to: 'now' };
const ALL = 'all';

/** Keeps what is ours of any URL; nothing in a URL is an error. */
export function validateBuilderSearch(search: Record<string, unknown>): BuilderLink {
  const link: BuilderLink = {};
  for (const name of ['q', 'from', 'to', 'src'] as const) {
    const value = search[name];
    if (typeof value === 'string' && value !== '') link[name] = value;
    // The router reads what looks like a number as one.
    else if (typeof value === 'number') link[name] = String(value);
  }
  return link;
}

export function rangeOfLink({ from, to }: BuilderLink): TimeRange {
  if (from === undefined) return to === undefined ? DEFAULT : { from: null, to };
  return from === ALL ? { from: null, to: to ?? null } : { from, to: to ?? 'now' };
}

export function linkOfRange({ from, to }: TimeRange): BuilderLink {
  return { from: from ?? ALL, ...(to === null ? {} : { to }) };
}
