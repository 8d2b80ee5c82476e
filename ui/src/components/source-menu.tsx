import { Button, Menu } from '@mantine/core';
import { IconCheck, IconChevronDown, IconDatabase } from '@tabler/icons-react';
import { LOCAL_SOURCE, useSources } from '@/api/sources';
import classes from './source-menu.module.css';

interface SourceMenuProps {
  /** Name of the source; undefined for what the server stores itself. */
  source: string | undefined;
  onChoose: (source: string | undefined) => void;
}

/** Which source is asked: a choice only where there is more than one, else nothing. */
export function SourceMenu({ source, onChoose }: SourceMenuProps) {
  const all = useSources().data ?? [];
  const name = source ?? LOCAL_SOURCE;
  const label = name === LOCAL_SOURCE ? 'Logs' : name;
  if (all.length < 2 && source === undefined) return null;
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          className={classes.switch}
          leftSection={<IconDatabase size={14} aria-hidden />}
          rightSection={<IconChevronDown size={12} aria-hidden />}
          aria-label={`Source: ${label}`}
        >
          <span className={classes.name}>{label}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {all.map((other) => (
          <Menu.Item
            key={other.id}
            leftSection={
              <IconCheck size={14} aria-hidden visibility={other.name === name ? 'visible' : 'hidden'} />
            }
            rightSection={
              <span className={classes.table}>
                {other.database}.{other.table}
              </span>
            }
            onClick={() => onChoose(other.name === LOCAL_SOURCE ? undefined : other.name)}
          >
            {other.name === LOCAL_SOURCE ? 'Logs' : other.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
