import type { RefObject } from 'react';
import type { LogRow } from '@/api/types';
import { usePlatform } from '@/platform/context';
import type { RowActions } from '../detail/use-row-actions';
import type { PickedRows } from '../rows/picked-rows';
import { FORMATS, type RowFormat } from '../rows/row-formats';
import { useCopyRows } from '../rows/use-copy-rows';
import { useExplore } from '../state/explore-context';
import type { Selection } from '../state/use-selection';
import { usePaneCommands } from '../state/pane';

interface ExploreCommands {
  selection: Selection;
  picked: PickedRows;
  /** The row that the keys are at. */
  current: LogRow | null;
  actions: RowActions;
  grid: RefObject<HTMLDivElement | null>;
  toggleFacets: () => void;
  toggleWrap: () => void;
  showSql: () => void;
  showNotes: () => void;
  jump: () => void;
  compare: () => void;
}

const COPY_KEYS: Partial<Record<RowFormat, string>> = { json: 'c', message: 'shift+c' };

/** The keys of the page; those of the toolbar and the search bar are theirs. */
export function useExploreCommands(commands: ExploreCommands): void {
  const { selection, picked, current, actions, grid, toggleFacets, toggleWrap, showSql } = commands;
  const copy = useCopyRows();
  const subject = picked.rows.length > 0 ? picked.rows : current === null ? [] : [current];
  const { session } = useExplore();
  const { kind } = usePlatform();
  const move = (steps: number) => {
    grid.current?.focus({ preventScroll: true });
    selection.move(steps);
  };
  const group = 'Explore';
  usePaneCommands([
    { id: 'explore.next', title: 'The row below', group, keys: ['j'], onlyKeys: true, run: () => move(1) },
    {
      id: 'explore.previous',
      title: 'The row above',
      group,
      keys: ['k'],
      onlyKeys: true,
      run: () => move(-1),
    },
    {
      id: 'explore.open',
      title: 'Open the row (in the table also Enter)',
      group,
      keys: ['o'],
      onlyKeys: true,
      run: selection.openSelected,
    },
    {
      id: 'explore.close',
      title: 'Cancel the search, pick none, or close the row',
      group,
      keys: ['Escape'],
      onlyKeys: true,
      run: () => {
        if (session.isBusy()) session.cancel();
        else if (picked.ids.size > 0) picked.clear();
        else if (selection.isOpen) selection.close();
      },
    },
    {
      id: 'explore.pick',
      title: 'Pick the row, or leave it out again (in the table also Space)',
      group,
      keys: ['x'],
      onlyKeys: true,
      run: () => current && picked.toggle(current),
    },
    {
      id: 'explore.compare',
      title: 'Compare the picked rows',
      group,
      keys: ['shift+x'],
      run: commands.compare,
    },
    ...FORMATS.map(({ format, noun }) => ({
      id: `explore.copy-${format}`,
      title: `Copy the row, or the rows picked, as: ${noun}`,
      group,
      ...(COPY_KEYS[format] === undefined ? {} : { keys: [COPY_KEYS[format]] }),
      run: () => copy(subject, format),
    })),
    { id: 'explore.jump', title: 'Jump to a time', group, keys: ['g'], run: commands.jump },
    {
      id: 'explore.notes',
      title: 'Show all notes and marks',
      group,
      keys: ['shift+n'],
      run: commands.showNotes,
    },
    {
      id: 'explore.copy-link',
      title: 'Copy a link to the row',
      group,
      keys: ['l'],
      run: () => actions.copyLink(),
    },
    {
      id: 'explore.copy-search-link',
      title: 'Copy a link to the search',
      group,
      keys: ['shift+l'],
      run: () => actions.copySearchLink(),
    },
    ...(kind === 'tauri'
      ? [
          {
            id: 'explore.copy-desktop-link',
            title: 'Copy a link to the row for Click-Lite',
            group,
            run: () => actions.copyLink('desktop'),
          },
          {
            id: 'explore.copy-desktop-search-link',
            title: 'Copy a link to the search for Click-Lite',
            group,
            run: () => actions.copySearchLink('desktop'),
          },
        ]
      : []),
    { id: 'explore.sql', title: 'Show the SQL of the search', group, keys: ['s'], run: showSql },
    { id: 'explore.wrap', title: 'Wrap or cut long lines', group, keys: ['w'], run: toggleWrap },
    { id: 'explore.fields', title: 'Show or hide the fields', group, keys: ['f'], run: toggleFacets },
  ]);
}
