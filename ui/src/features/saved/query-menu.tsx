import { ActionIcon, Menu } from '@mantine/core';
import { IconCopy, IconDots, IconDownload, IconHistory, IconPencil, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { SavedQuery } from '@/api/saved';
import { Keys } from '@/components/keys';
import { useExport } from './use-export';
import { useQueryActions } from './use-query-actions';
import { VersionsDialog } from './versions-dialog';

/** What can be done with a saved query, beside opening it. */
export function QueryMenu({ query, all }: { query: SavedQuery; all: SavedQuery[] }) {
  const actions = useQueryActions();
  const exportQueries = useExport();
  const [areVersionsShown, setVersionsShown] = useState(false);
  return (
    <>
      <Menu position="bottom-end" withinPortal width={220}>
        <Menu.Target>
          <ActionIcon size="sm" aria-label={`Actions of ${query.name}`}>
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconPencil size={14} aria-hidden />}
            rightSection={<Keys of="e" />}
            onClick={() => actions.edit(query)}
          >
            Edit…
          </Menu.Item>
          <Menu.Item
            leftSection={<IconCopy size={14} aria-hidden />}
            rightSection={<Keys of="d" />}
            onClick={() => actions.duplicate(query, all)}
          >
            Duplicate…
          </Menu.Item>
          <Menu.Item
            leftSection={<IconHistory size={14} aria-hidden />}
            onClick={() => setVersionsShown(true)}
          >
            Versions…
          </Menu.Item>
          <Menu.Item
            leftSection={<IconDownload size={14} aria-hidden />}
            onClick={() => exportQueries([query.id], query.name)}
          >
            Export
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item
            color="red"
            leftSection={<IconTrash size={14} aria-hidden />}
            rightSection={<Keys of="Delete" />}
            onClick={() => actions.remove(query)}
          >
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {areVersionsShown && <VersionsDialog query={query} onClose={() => setVersionsShown(false)} />}
    </>
  );
}
