import { createContext, use } from 'react';
import type { Command } from '@/lib/shortcuts/registry';
import { useCommands } from '@/lib/shortcuts/use-commands';
import type { ExploreSearch } from './search-state';

/** One of the two searches of a split view; a view that is not split has the first alone. */
export type PaneName = 'first' | 'second';

type PaneParameter = 'q' | 'from' | 'to' | 'cols' | 'pin' | 'row' | 'src';
export type PaneSearch = Pick<ExploreSearch, PaneParameter>;

const SECOND = {
  q: 'q2',
  from: 'from2',
  to: 'to2',
  cols: 'cols2',
  pin: 'pin2',
  row: 'row2',
  src: 'src2',
} as const;

/** Whether both searches are of the same time range, which is so until the second is given one of its own. */
export function isTimeLinked({ from2, to2 }: ExploreSearch): boolean {
  return from2 === undefined && to2 === undefined;
}

/** The parameters of one search; the second has the time range of the first while they are linked. */
export function paneSearch(search: ExploreSearch, pane: PaneName): PaneSearch {
  const { q, from, to, cols, pin, row, src } = search;
  if (pane === 'first') return { q, from, to, cols, pin, row, src };
  const range = isTimeLinked(search) ? { from, to } : { from: search.from2, to: search.to2 };
  const { q2, cols2, pin2, row2, src2 } = search;
  return { q: q2, ...range, cols: cols2, pin: pin2, row: row2, src: src2 };
}

/** A change of one search as a change of the address; of linked times it changes both. */
export function paneChange(next: PaneSearch, pane: PaneName, isLinked: boolean): ExploreSearch {
  if (pane === 'first') return next;
  const changed: ExploreSearch = {};
  for (const name of Object.keys(next) as PaneParameter[]) {
    const isShared = isLinked && (name === 'from' || name === 'to');
    changed[isShared ? name : SECOND[name]] = next[name];
  }
  return changed;
}

/** The address with a second search beside the first, of the same time, that starts as a copy of it. */
export function splitChange(search: ExploreSearch): ExploreSearch {
  return { split: '1', q2: search.q, cols2: search.cols, pin2: search.pin, src2: search.src };
}

export const UNSPLIT: ExploreSearch = {
  split: undefined,
  q2: undefined,
  from2: undefined,
  to2: undefined,
  cols2: undefined,
  pin2: undefined,
  row2: undefined,
  src2: undefined,
};

interface Pane {
  name: PaneName;
  isSplit: boolean;
  /** Whether keys are meant for this one. */
  isActive: boolean;
}

export const PaneContext = createContext<Pane>({ name: 'first', isSplit: false, isActive: true });

export function usePane(): Pane {
  return use(PaneContext);
}

const NONE: Command[] = [];

/** Offers commands while the calling component is on screen and its search is the one that keys are meant for. */
export function usePaneCommands(commands: Command[]): void {
  useCommands(usePane().isActive ? commands : NONE);
}
