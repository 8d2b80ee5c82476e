import { useState } from 'react';
import { notifyUndo } from '@/components/notify';
import {
  changed,
  closed,
  moved,
  neighbour,
  newTab,
  opened,
  readTabs,
  restored,
  type NewTab,
  type SqlTab,
  type Tabs,
} from './tabs';

const KEY = 'click-lite.sql.tabs';

export interface TabActions {
  tabs: SqlTab[];
  active: SqlTab;
  /** An empty one goes on where the active one runs. */
  open: (content?: NewTab) => SqlTab;
  activate: (id: string) => void;
  /** Closes at once and offers to take it back. */
  close: (id: string) => void;
  change: (id: string, change: NewTab) => void;
  move: (id: string, place: number) => void;
  step: (steps: number) => void;
}

/** The tabs, kept in this browser or desktop. */
export function useTabs(onClosed: (id: string) => void): TabActions {
  const [state, setState] = useState(load);
  const update = (change: (before: Tabs) => Tabs): void =>
    setState((before) => {
      const next = change(before);
      store(next);
      return next;
    });

  const first = state.tabs[0];
  const active = state.tabs.find(({ id }) => id === state.activeId) ?? first;
  if (active === undefined) throw new Error('there is no tab');

  return {
    tabs: state.tabs,
    active,
    open: (content = { source: active.source }) => {
      const tab = newTab(crypto.randomUUID(), state.tabs, content);
      update((before) => opened(before, tab));
      return tab;
    },
    activate: (id) => update((before) => ({ ...before, activeId: id })),
    close: (id) => {
      const place = state.tabs.findIndex((tab) => tab.id === id);
      const tab = state.tabs[place];
      if (tab === undefined) return;
      update((before) => closed(before, id) ?? only(newTab(crypto.randomUUID(), [])));
      onClosed(id);
      if (tab.sql.trim() === '') return;
      notifyUndo(`“${tab.title}” was closed.`, () => update((before) => restored(before, tab, place)));
    },
    change: (id, change) => update((before) => changed(before, id, change)),
    move: (id, place) => update((before) => moved(before, id, place)),
    step: (steps) => update((before) => ({ ...before, activeId: neighbour(before, steps) })),
  };
}

function only(tab: SqlTab): Tabs {
  return { tabs: [tab], activeId: tab.id };
}

function load(): Tabs {
  const fallback = newTab(crypto.randomUUID(), []);
  try {
    return readTabs(JSON.parse(window.localStorage.getItem(KEY) ?? 'null'), fallback);
  } catch {
    return only(fallback);
  }
}

function store(tabs: Tabs): void {
  try {
    window.localStorage.setItem(KEY, JSON.stringify(tabs));
  } catch {
    // Storage is full or forbidden: the tabs hold until the page is closed.
  }
}
