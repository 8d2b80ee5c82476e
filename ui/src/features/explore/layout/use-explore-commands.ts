import type { RefObject } from 'react';
import { useCommands } from '@/lib/shortcuts/use-commands';
import type { RowActions } from '../detail/use-row-actions';
import { useExplore } from '../state/explore-context';
import type { Selection } from '../state/use-selection';

interface ExploreCommands {
  selection: Selection;
  actions: RowActions;
  grid: RefObject<HTMLDivElement | null>;
  toggleFacets: () => void;
  toggleWrap: () => void;
  showSql: () => void;
}

/** The keys of the page; those of the toolbar and the search bar are theirs. */
export function useExploreCommands(commands: ExploreCommands): void {
  const { selection, actions, grid, toggleFacets, toggleWrap, showSql } = commands;
  const { session } = useExplore();
  const move = (steps: number) => {
    grid.current?.focus({ preventScroll: true });
    selection.move(steps);
  };
  const group = 'Explore';
  useCommands([
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
      title: 'Cancel the search, or close the row',
      group,
      keys: ['Escape'],
      onlyKeys: true,
      run: () => {
        if (session.isBusy()) session.cancel();
        else if (selection.isOpen) selection.close();
      },
    },
    { id: 'explore.copy-json', title: 'Copy the row as JSON', group, keys: ['c'], run: actions.copyJson },
    {
      id: 'explore.copy-message',
      title: 'Copy the message',
      group,
      keys: ['shift+c'],
      run: actions.copyMessage,
    },
    { id: 'explore.copy-link', title: 'Copy a link to the row', group, keys: ['l'], run: actions.copyLink },
    { id: 'explore.sql', title: 'Show the SQL of the search', group, keys: ['s'], run: showSql },
    { id: 'explore.wrap', title: 'Wrap or cut long lines', group, keys: ['w'], run: toggleWrap },
    { id: 'explore.fields', title: 'Show or hide the fields', group, keys: ['f'], run: toggleFacets },
  ]);
}
