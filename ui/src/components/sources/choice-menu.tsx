import { Button, Menu } from '@mantine/core';
import { IconCheck, IconChevronDown } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './sources.module.css';

interface Choice {
  id: string;
  name: string;
  /** Tells it from others, such as its address. */
  detail: string;
  isChosen: boolean;
  onChoose: () => void;
}

interface ChoiceMenuProps {
  /** What is chosen, such as `Source`. */
  label: string;
  /** What is chosen now, which may be gone from the choices. */
  value: string;
  icon: ReactNode;
  choices: Choice[];
}

/** The switch of a toolbar: says what is chosen, and offers the others. */
export function ChoiceMenu({ label, value, icon, choices }: ChoiceMenuProps) {
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          className={classes.switch}
          leftSection={icon}
          rightSection={<IconChevronDown size={12} aria-hidden />}
          aria-label={`${label}: ${value}`}
        >
          <span className={classes.name}>{value}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{label}</Menu.Label>
        {choices.map(({ id, name, detail, isChosen, onChoose }) => (
          <Menu.Item
            key={id}
            leftSection={<IconCheck size={14} aria-hidden visibility={isChosen ? 'visible' : 'hidden'} />}
            rightSection={<span className={classes.detail}>{detail}</span>}
            onClick={onChoose}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
