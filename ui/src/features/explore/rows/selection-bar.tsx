import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconColumns2, IconCopy, IconX } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { formatCountOf } from '@/lib/format/numbers';
import { CopyItems } from './copy-items';
import type { PickedRows } from './picked-rows';
import classes from './rows.module.css';

const CompareDialog = lazy(() => import('./compare-dialog'));
const COMPARED_LIMIT = 4;

interface SelectionBarProps {
  picked: PickedRows;
  isComparing: boolean;
  onCompare: (isComparing: boolean) => void;
}

/** What can be done to the rows that are picked; it lies over the end of the table while there are some. */
export function SelectionBar({ picked, isComparing, onCompare }: SelectionBarProps) {
  const { rows, clear } = picked;
  if (rows.length === 0) return null;
  const canCompare = rows.length >= 2 && rows.length <= COMPARED_LIMIT;
  return (
    <>
      <div className={classes.bar} role="toolbar" aria-label="Picked rows">
        <span className={classes.count} role="status">
          {formatCountOf(rows.length, 'row')} picked
        </span>
        <Menu position="top-start" withinPortal>
          <Menu.Target>
            <Button variant="default" size="compact-xs" leftSection={<IconCopy size={13} aria-hidden />}>
              Copy as
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <CopyItems rows={rows} />
          </Menu.Dropdown>
        </Menu>
        <Button
          variant="default"
          size="compact-xs"
          leftSection={<IconColumns2 size={13} aria-hidden />}
          disabled={!canCompare}
          title={canCompare ? undefined : `Pick 2 to ${COMPARED_LIMIT} rows to compare them`}
          onClick={() => onCompare(true)}
        >
          Compare
        </Button>
        <ActionIcon size={24} aria-label="Pick none" title="Pick none" onClick={clear}>
          <IconX size={14} aria-hidden />
        </ActionIcon>
      </div>
      <Suspense fallback={null}>
        {isComparing && canCompare && <CompareDialog rows={rows} onClose={() => onCompare(false)} />}
      </Suspense>
    </>
  );
}
