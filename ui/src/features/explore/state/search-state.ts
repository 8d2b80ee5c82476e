import { ALL_TIME, DEFAULT_RANGE, type TimeRange } from '@/lib/time-range/range';
import { DEFAULT_COLUMNS } from '@/components/log/columns';

/** What the URL holds; a parameter that is left out has its default. */
export interface ExploreSearch {
  q?: string;
  /** `all` for all time. */
  from?: string;
  to?: string;
  /** Columns of the table, separated by commas. */
  cols?: string;
  /** How many columns, from the left, stay in sight when the others scroll. */
  pin?: string;
  /** `IngestId` of the open row. */
  row?: string;
  /** The source; what the server stores itself where it is left out. */
  src?: string;
  /** Set where a second search stands beside the first, which has the parameters below. */
  split?: string;
  q2?: string;
  /** Left out where the second search has the time range of the first. */
  from2?: string;
  to2?: string;
  cols2?: string;
  pin2?: string;
  row2?: string;
  src2?: string;
}

const NAMES = [
  'q',
  'from',
  'to',
  'cols',
  'pin',
  'row',
  'src',
  'split',
  'q2',
  'from2',
  'to2',
  'cols2',
  'pin2',
  'row2',
  'src2',
] as const;

export interface ExploreState {
  query: string;
  range: TimeRange;
  columns: string[];
  /** How many columns from the left stay in sight. */
  pinned: number;
  /** Name of the source; undefined for what the server stores itself. */
  source?: string | undefined;
}

const ALL = 'all';

function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}

/** Keeps what is ours of any URL; nothing in a URL is an error. */
export function validateExploreSearch(search: Record<string, unknown>): ExploreSearch {
  const result: ExploreSearch = {};
  for (const name of NAMES) {
    const value = text(search[name]);
    if (value !== undefined) result[name] = value;
  }
  return result;
}

export function readState(search: ExploreSearch): ExploreState {
  return {
    query: search.q ?? '',
    range: readRange(search),
    columns: readColumns(search.cols),
    pinned: readPinned(search.pin),
    ...(search.src === undefined ? {} : { source: search.src }),
  };
}

function readRange({ from, to }: ExploreSearch): TimeRange {
  if (from === undefined && to === undefined) return DEFAULT_RANGE;
  if (from === ALL) return { from: null, to: to ?? null };
  return from === undefined ? { ...ALL_TIME, to: to ?? null } : { from, to: to ?? 'now' };
}

/** The range as URL parameters. It is always written once chosen, so that a link says what it shows. */
export function rangeParameters(range: TimeRange): Pick<ExploreSearch, 'from' | 'to'> {
  if (range.from === null && range.to === null) return { from: ALL, to: undefined };
  return { from: range.from ?? ALL, to: range.to ?? 'now' };
}

function readPinned(text: string | undefined): number {
  const count = Number(text ?? 0);
  return Number.isInteger(count) && count > 0 ? count : 0;
}

export function pinnedParameter(pinned: number): string | undefined {
  return pinned > 0 ? String(pinned) : undefined;
}

/** Column names hold no comma when they come from us; one inside a name is written `%2C`. */
function readColumns(text: string | undefined): string[] {
  if (text === undefined) return DEFAULT_COLUMNS;
  const names = text
    .split(',')
    .map((name) => name.trim().replaceAll('%2C', ','))
    .filter((name) => name !== '');
  return names.length === 0 ? DEFAULT_COLUMNS : [...new Set(names)];
}

export function columnsParameter(columns: string[]): string | undefined {
  const isDefault =
    columns.length === DEFAULT_COLUMNS.length &&
    columns.every((name, index) => name === DEFAULT_COLUMNS[index]);
  return isDefault ? undefined : columns.map((name) => name.replaceAll(',', '%2C')).join(',');
}

/** The page of a search, with a row open or none: `/explore?...`. */
export function explorePath(state: ExploreState, row?: string): string {
  const query = new URLSearchParams();
  const parameters: ExploreSearch = {
    ...(state.query === '' ? {} : { q: state.query }),
    ...rangeParameters(state.range),
    cols: columnsParameter(state.columns),
    pin: pinnedParameter(state.pinned),
    src: state.source,
    ...(row === undefined ? {} : { row }),
  };
  for (const [name, value] of Object.entries(parameters)) {
    // The router reads values as JSON, so what looks like a number has to be written as text.
    if (typeof value === 'string') query.set(name, isJson(value) ? JSON.stringify(value) : value);
  }
  return `/explore?${query.toString()}`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
