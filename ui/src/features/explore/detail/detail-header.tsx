import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import {
  IconArrowsMoveVertical,
  IconChevronDown,
  IconChevronUp,
  IconCopy,
  IconLink,
  IconNote,
  IconX,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { LogRow } from '@/api/types';
import { SeverityTag } from '@/components/log/severity-tag';
import { CopyLinkItems } from '@/components/share-link/copy-link-items';
import { formatTime, formatTimeExact } from '@/lib/format/time';
import { levelOfNumber } from '@/lib/severity';
import { usePlatform } from '@/platform/context';
import { Shortcut } from '../layout/shortcut';
import { CopyItems } from '../rows/copy-items';
import { useExplore } from '../state/explore-context';
import { formatLength } from '@/lib/time-range/range';
import type { RowActions } from './use-row-actions';
import classes from './detail.module.css';

const AROUND_MS = [5_000, 60_000, 600_000];

interface DetailHeaderProps {
  row: LogRow;
  actions: RowActions;
  onMove: (steps: number) => void;
  onNote: () => void;
  onClose: () => void;
}

/** Level and time of the open row, and what can be done with it. */
export function DetailHeader({ row, actions, onMove, onNote, onClose }: DetailHeaderProps) {
  const { zone } = useExplore();
  const { kind } = usePlatform();
  return (
    <header className={classes.header}>
      <div className={classes.heading}>
        <SeverityTag level={levelOfNumber(row.SeverityNumber)} />
        <time dateTime={row.Timestamp} title={formatTimeExact(row.Timestamp, zone)}>
          {formatTime(row.Timestamp, zone)}
        </time>
      </div>
      <div className={classes.actions}>
        <Action
          text="The row above"
          keys="k"
          onClick={() => onMove(-1)}
          icon={<IconChevronUp size={15} aria-hidden />}
        />
        <Action
          text="The row below"
          keys="j"
          onClick={() => onMove(1)}
          icon={<IconChevronDown size={15} aria-hidden />}
        />
        <AroundMenu row={row} />
        <Action text="Write a note" keys="n" onClick={onNote} icon={<IconNote size={15} aria-hidden />} />
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <ActionIcon size={24} aria-label="Copy this row as" title="Copy this row as">
              <IconCopy size={15} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <CopyItems rows={[row]} />
          </Menu.Dropdown>
        </Menu>
        {kind === 'web' ? (
          <Action
            text="Copy a link to this row"
            keys="l"
            onClick={() => actions.copyLink()}
            icon={<IconLink size={15} aria-hidden />}
          />
        ) : (
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <ActionIcon size={24} aria-label="Copy a link to this row" title="Copy a link to this row">
                <IconLink size={15} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <CopyLinkItems what="to this row" onCopy={actions.copyLink} />
            </Menu.Dropdown>
          </Menu>
        )}
        <Action text="Close" keys="Escape" onClick={onClose} icon={<IconX size={15} aria-hidden />} />
      </div>
    </header>
  );
}

/** Replaces the search by the rows around this one, in the table. */
function AroundMenu({ row }: { row: LogRow }) {
  const { showAround } = useExplore();
  const lengths = (sameService: boolean) =>
    AROUND_MS.map((length) => (
      <Menu.Item key={length} onClick={() => showAround(row, length, sameService)}>
        ± {formatLength(length)}
      </Menu.Item>
    ));
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon size={24} aria-label="Rows around this one" title="Rows around this one">
          <IconArrowsMoveVertical size={15} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>All rows around this one</Menu.Label>
        {lengths(false)}
        {row.ServiceName !== '' && (
          <>
            <Menu.Label>Of service {row.ServiceName}</Menu.Label>
            {lengths(true)}
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

interface ActionProps {
  text: string;
  keys: string;
  icon: ReactNode;
  onClick: () => void;
}

function Action({ text, keys, icon, onClick }: ActionProps) {
  return (
    <Tooltip label={<Shortcut text={text} keys={keys} />}>
      <ActionIcon size={24} aria-label={text} onClick={onClick}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}
