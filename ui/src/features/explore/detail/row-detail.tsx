import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import {
  IconArrowsMoveVertical,
  IconBraces,
  IconChevronDown,
  IconChevronUp,
  IconCopy,
  IconLink,
  IconX,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { LogRow } from '@/api/types';
import { SeverityTag } from '@/components/log/severity-tag';
import { formatTime, formatTimeExact } from '@/lib/format/time';
import { levelOfNumber } from '@/lib/severity';
import { Shortcut } from '../layout/shortcut';
import { detailGroups } from '@/components/log/record';
import { useExplore } from '../state/explore-context';
import { formatLength } from '@/lib/time-range/range';
import { DetailFields } from './detail-fields';
import { DetailMessage } from './detail-message';
import type { RowActions } from './use-row-actions';
import classes from './detail.module.css';

const AROUND_MS = [5_000, 60_000, 600_000];

interface RowDetailProps {
  row: LogRow;
  actions: RowActions;
  onMove: (steps: number) => void;
  onClose: () => void;
}

/** Everything of one row, and what can be done with it. */
export function RowDetail({ row, actions, onMove, onClose }: RowDetailProps) {
  const { zone, showAround } = useExplore();
  return (
    <div className={classes.detail}>
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
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <ActionIcon size={24} aria-label="Rows around this one" title="Rows around this one">
                <IconArrowsMoveVertical size={15} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Label>All rows around this one</Menu.Label>
              {AROUND_MS.map((length) => (
                <Menu.Item key={length} onClick={() => showAround(row, length, false)}>
                  ± {formatLength(length)}
                </Menu.Item>
              ))}
              {row.ServiceName !== '' && (
                <>
                  <Menu.Label>Of service {row.ServiceName}</Menu.Label>
                  {AROUND_MS.map((length) => (
                    <Menu.Item key={length} onClick={() => showAround(row, length, true)}>
                      ± {formatLength(length)}
                    </Menu.Item>
                  ))}
                </>
              )}
            </Menu.Dropdown>
          </Menu>
          <Action
            text="Copy the message"
            keys="shift+c"
            onClick={actions.copyMessage}
            icon={<IconCopy size={15} aria-hidden />}
          />
          <Action
            text="Copy as JSON"
            keys="c"
            onClick={actions.copyJson}
            icon={<IconBraces size={15} aria-hidden />}
          />
          <Action
            text="Copy a link to this row"
            keys="l"
            onClick={actions.copyLink}
            icon={<IconLink size={15} aria-hidden />}
          />
          <Action text="Close" keys="Escape" onClick={onClose} icon={<IconX size={15} aria-hidden />} />
        </div>
      </header>
      <div className={classes.body}>
        <DetailMessage key={row.IngestId} row={row} />
        {detailGroups(row).map((group) => (
          <DetailFields key={group.name} group={group} row={row} />
        ))}
      </div>
    </div>
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
