import { Button, Menu } from '@mantine/core';
import { IconCheck, IconChevronDown, IconServer } from '@tabler/icons-react';
import { foreignSource, LOCAL_NAME, useConnections, useServerName } from './known-sources';
import classes from './sources.module.css';

interface ServerMenuProps {
  /** Name of a source or connection; `null` is this server. */
  source: string | null;
  onChoose: (source: string | null) => void;
}

/** Which server runs a statement: a choice only where there is another one, else nothing. */
export function ServerMenu({ source, onChoose }: ServerMenuProps) {
  const connections = useConnections().data ?? [];
  const name = useServerName(source);
  if (connections.length === 0 && source === null) return null;
  const isChosen = (server: string | null) => (server === null ? source === null : server === name);
  return (
    <Menu position="bottom-start" withinPortal>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          className={classes.switch}
          leftSection={<IconServer size={14} aria-hidden />}
          rightSection={<IconChevronDown size={12} aria-hidden />}
          aria-label={`Runs on: ${name}`}
        >
          <span className={classes.name}>{name}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Runs on</Menu.Label>
        {[null, ...connections].map((server) => (
          <Menu.Item
            key={server?.id ?? ''}
            leftSection={
              <IconCheck
                size={14}
                aria-hidden
                visibility={isChosen(server?.name ?? null) ? 'visible' : 'hidden'}
              />
            }
            rightSection={<span className={classes.detail}>{server?.url ?? 'this server'}</span>}
            onClick={() => onChoose(foreignSource(server?.name) ?? null)}
          >
            {server?.name ?? LOCAL_NAME}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
