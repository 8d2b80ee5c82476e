import { ActionIcon, Button, Menu, TextInput, Tooltip } from '@mantine/core';
import { IconCheck, IconColumns, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { DEFAULT_COLUMNS } from '@/components/log/columns';
import { notifyUndo } from '@/components/notify';
import { useExplore } from '../state/explore-context';
import { useStored } from '../state/stored';
import { readSets, shownSet, withSet, type ColumnSet } from './column-sets';
import classes from './log-table.module.css';

/** Sets of columns under a name: one click brings one back. The columns shown are in the address of the page. */
export function ColumnsMenu() {
  const { search, setColumns } = useExplore();
  const [stored, setStored] = useStored<unknown[]>('column-sets', []);
  const [name, setName] = useState('');
  const sets = readSets(stored);
  const shown = shownSet(sets, search.columns, search.pinned);
  const save = () => {
    const trimmed = name.trim();
    if (trimmed === '') return;
    setStored(withSet(sets, { name: trimmed, columns: search.columns, pinned: search.pinned }));
    setName('');
  };
  const remove = (set: ColumnSet) => {
    setStored(sets.filter((other) => other.name !== set.name));
    notifyUndo(`Column set ${set.name} deleted`, () => setStored(withSet(sets, set)));
  };
  return (
    <Menu position="bottom-end" withinPortal width={280} closeOnItemClick>
      <Menu.Target>
        <Tooltip label="Column sets">
          <ActionIcon size={24} aria-label="Column sets">
            <IconColumns size={15} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Column sets</Menu.Label>
        <Menu.Item onClick={() => setColumns(DEFAULT_COLUMNS, 0)}>Time, level, service, message</Menu.Item>
        {sets.map((set) => (
          <div key={set.name} className={classes.set}>
            <Menu.Item
              title={set.columns.join(', ')}
              rightSection={set === shown && <IconCheck size={13} aria-label="shown" />}
              onClick={() => setColumns(set.columns, set.pinned)}
            >
              {set.name}
            </Menu.Item>
            <ActionIcon
              size={24}
              aria-label={`Delete the column set ${set.name}`}
              onClick={() => remove(set)}
            >
              <IconX size={12} aria-hidden />
            </ActionIcon>
          </div>
        ))}
        <Menu.Divider />
        <form
          className={classes.saveSet}
          onSubmit={(event) => {
            event.preventDefault();
            save();
          }}
        >
          <TextInput
            aria-label="Name of the column set"
            placeholder="Name for these columns"
            maxLength={60}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            onKeyDown={(event) => event.stopPropagation()}
          />
          <Button type="submit" disabled={name.trim() === ''}>
            Save
          </Button>
        </form>
      </Menu.Dropdown>
    </Menu>
  );
}
