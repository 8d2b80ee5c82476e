import { Menu } from '@mantine/core';
import {
  IconArrowLeft,
  IconArrowRight,
  IconArrowsHorizontal,
  IconCheck,
  IconPin,
  IconPinnedOff,
  IconX,
} from '@tabler/icons-react';
import { moveColumn, toggleColumn, type ColumnLayout } from '@/components/log/columns';
import { FORMAT_TITLES, VALUE_FORMATS, type ValueFormat } from '@/components/log/value-format';
import { useExplore } from '../state/explore-context';
import { useTableLook } from './table-look';
import classes from './log-table.module.css';

const WIDTH_STEP = 32;
/** Columns that have a look of their own. */
const UNFORMATTED = ['time', 'level', 'service', 'message', 'host', 'trace_id', 'span_id'];

/** What can be done with a column. */
export function ColumnMenu({ column }: { column: ColumnLayout }) {
  const { name, width } = column;
  const { search, setColumns } = useExplore();
  const { setWidth } = useTableLook();
  const place = search.columns.indexOf(name);
  const isPinned = place < search.pinned;
  return (
    <Menu position="bottom-start" withinPortal>
      <Menu.Target>
        <button type="button" className={classes.title} title={name}>
          {column.title}
        </button>
      </Menu.Target>
      <Menu.Dropdown className={classes.columnMenu}>
        <Menu.Label>{name}</Menu.Label>
        <Menu.Item
          leftSection={<IconArrowLeft size={14} aria-hidden />}
          disabled={place <= 0}
          onClick={() => setColumns(moveColumn(search.columns, name, -1))}
        >
          Move left
        </Menu.Item>
        <Menu.Item
          leftSection={<IconArrowRight size={14} aria-hidden />}
          disabled={place === search.columns.length - 1}
          onClick={() => setColumns(moveColumn(search.columns, name, 1))}
        >
          Move right
        </Menu.Item>
        {width !== null && (
          <>
            <Menu.Item
              leftSection={<IconArrowsHorizontal size={14} aria-hidden />}
              closeMenuOnClick={false}
              onClick={() => setWidth(name, width + WIDTH_STEP)}
            >
              Wider
            </Menu.Item>
            <Menu.Item
              leftSection={<IconArrowsHorizontal size={14} aria-hidden />}
              closeMenuOnClick={false}
              onClick={() => setWidth(name, width - WIDTH_STEP)}
            >
              Narrower
            </Menu.Item>
          </>
        )}
        {place !== -1 && width !== null && (
          <Menu.Item
            leftSection={
              isPinned ? <IconPinnedOff size={14} aria-hidden /> : <IconPin size={14} aria-hidden />
            }
            onClick={() => setColumns(search.columns, isPinned ? place : place + 1)}
          >
            {isPinned ? 'Unpin from here on' : 'Pin up to here'}
          </Menu.Item>
        )}
        {!UNFORMATTED.includes(name) && <Formats name={name} />}
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconX size={14} aria-hidden />}
          disabled={search.columns.length === 1}
          onClick={() => setColumns(toggleColumn(search.columns, name))}
        >
          Remove column
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Formats({ name }: { name: string }) {
  const { formats, setFormat } = useTableLook();
  const choices: [ValueFormat | null, string][] = [
    [null, 'As it came'],
    ...VALUE_FORMATS.map((format): [ValueFormat, string] => [format, FORMAT_TITLES[format]]),
  ];
  return (
    <>
      <Menu.Divider />
      <Menu.Label>Show values as</Menu.Label>
      {choices.map(([format, title]) => {
        const isChosen = (formats[name] ?? null) === format;
        return (
          <Menu.Item
            key={title}
            rightSection={isChosen && <IconCheck size={13} aria-label="chosen" />}
            onClick={() => setFormat(name, format)}
          >
            {title}
          </Menu.Item>
        );
      })}
    </>
  );
}
