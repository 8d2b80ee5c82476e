import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { IconBookmark, IconDeviceFloppy, IconFolder, IconTemplate } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { SavedQuery } from '@/api/saved';
import { Keys } from '@/components/keys';
import classes from './saved.module.css';
import { useSaved } from './saved-context';
import { useSavedQueries } from './use-saved';

/** How many queries the menu shows. */
const RECENT = 8;

/** The queries that were used last; those that never were come after them, favourites first. */
export function recentOf(queries: SavedQuery[]): SavedQuery[] {
  return queries
    .toSorted(
      (left, right) =>
        (right.last_used_at ?? '').localeCompare(left.last_used_at ?? '') ||
        Number(right.favourite) - Number(left.favourite),
    )
    .slice(0, RECENT);
}

/** The menu of a toolbar: save what is on screen, open what was saved. */
export function SavedMenu({ what, onSave }: { what: string; onSave: () => void }) {
  const queries = useSavedQueries();
  const { open } = useSaved();
  const navigate = useNavigate();
  const [isOpen, setOpen] = useState(false);
  const recent = recentOf(queries.data?.items ?? []);
  return (
    <Menu
      position="bottom-end"
      withinPortal
      width={300}
      opened={isOpen}
      onChange={setOpen}
      onOpen={() => void queries.refetch()}
    >
      <Menu.Target>
        <Tooltip label="Saved queries" disabled={isOpen}>
          <ActionIcon aria-label="Saved queries">
            <IconBookmark size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconDeviceFloppy size={14} aria-hidden />}
          rightSection={<Keys of="mod+s" />}
          onClick={onSave}
        >
          Save this {what}…
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>Used last</Menu.Label>
        {queries.isError && <Menu.Item disabled>They could not be listed</Menu.Item>}
        {queries.isSuccess && recent.length === 0 && <Menu.Item disabled>Nothing is saved yet</Menu.Item>}
        {recent.map((query) => (
          <Menu.Item key={query.id} onClick={() => open({ source: 'saved-queries', query })}>
            <span className={classes.menuName}>{query.name}</span>
            {query.folder !== '' && <span className={classes.menuFolder}>{query.folder}</span>}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconFolder size={14} aria-hidden />}
          onClick={() => void navigate({ to: '/saved' })}
        >
          All saved queries
        </Menu.Item>
        <Menu.Item
          leftSection={<IconTemplate size={14} aria-hidden />}
          onClick={() => void navigate({ to: '/saved', search: { tab: 'templates' } })}
        >
          Templates
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
