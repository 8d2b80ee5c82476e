import { ActionIcon, Tooltip } from '@mantine/core';
import { IconBlocks } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useCommands } from '@/lib/shortcuts/use-commands';
import { useExplore } from '../state/explore-context';
import { rangeParameters } from '../state/search-state';

/** Shows the search as conditions and steps. */
export function BuilderLink() {
  const { search } = useExplore();
  const navigate = useNavigate();
  const open = (): void =>
    void navigate({
      to: '/builder',
      search: {
        ...(search.query === '' ? {} : { q: search.query }),
        ...(search.source === undefined ? {} : { src: search.source }),
        ...rangeParameters(search.range),
      },
    });
  useCommands([
    { id: 'explore.builder', title: 'Open the search in the builder', group: 'Explore', run: open },
  ]);
  return (
    <Tooltip label="Open in the builder">
      <ActionIcon aria-label="Open in the builder" onClick={open}>
        <IconBlocks size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
