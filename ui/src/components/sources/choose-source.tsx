import { Button, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { sourceName } from './known-sources';

interface ChooseSourceProps {
  /** Names to choose from, `logs` for this server's own. */
  names: readonly string[];
  onChoose: (source: string) => void;
}

/** The way on from an error about a source that is not there any more. */
export function ChooseSource({ names, onChoose }: ChooseSourceProps) {
  return (
    <Menu position="bottom-start" withinPortal>
      <Menu.Target>
        <Button variant="default" size="compact-xs" rightSection={<IconChevronDown size={12} aria-hidden />}>
          Choose another source
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {names.map((name) => (
          <Menu.Item key={name} onClick={() => onChoose(name)}>
            {sourceName(name)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
