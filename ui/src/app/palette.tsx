import '@mantine/spotlight/styles.css';
import { createSpotlight, Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { Keys } from '@/components/keys';
import { useAllCommands } from '@/lib/shortcuts/use-commands';
import type { Command } from '@/lib/shortcuts/registry';
import classes from './palette.module.css';

/** Every command that can run now, found by typing. Opens each time `requests` grows. */
export default function Palette({ requests }: { requests: number }) {
  const [[store, palette]] = useState(createSpotlight);
  const commands = useAllCommands();

  useEffect(() => {
    palette.open();
  }, [palette, requests]);

  return (
    <Spotlight
      store={store}
      shortcut={null}
      actions={grouped(commands.filter((command) => command.onlyKeys !== true))}
      nothingFound="No command has this name"
      highlightQuery
      scrollable
      maxHeight={420}
      searchProps={{
        placeholder: 'Run a command',
        'aria-label': 'Run a command',
        leftSection: <IconSearch size={16} aria-hidden />,
      }}
      transitionProps={{ duration: 0 }}
      overlayProps={{ backgroundOpacity: 0.35, blur: 0 }}
      shadow="none"
      styles={{ content: { border: '1px solid var(--border-strong)' } }}
      classNames={{ actionsGroup: classes.group, action: classes.action, search: classes.search }}
    />
  );
}

function grouped(commands: Command[]): SpotlightActionGroupData[] {
  const groups = new Map<string, SpotlightActionGroupData>();
  for (const { id, title, group, keys, run } of commands) {
    const entry = groups.get(group) ?? { group, actions: [] };
    groups.set(group, entry);
    const first = keys?.[0];
    entry.actions.push({
      id,
      label: title,
      onClick: run,
      ...(first === undefined ? {} : { rightSection: <Keys of={first} /> }),
    });
  }
  return [...groups.values()];
}
