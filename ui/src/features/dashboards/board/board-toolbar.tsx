import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core';
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconChevronRight,
  IconDatabase,
  IconPencil,
  IconPlus,
  IconRefresh,
  IconX,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { Dashboard } from '@/api/dashboards';
import { foreignSource } from '@/components/sources/known-sources';
import { TimePicker } from '@/components/time-picker/time-picker';
import { formatTimeToSecond } from '@/lib/format/time';
import { useCommands } from '@/lib/shortcuts/use-commands';
import { formatRange } from '@/lib/time-range/range';
import { zoneLabel } from '@/lib/time-range/zone';
import { useBoard } from '../state/board-context';
import { without, type BoardSearch } from '../state/board-search';
import type { Draft } from '../state/use-board';
import { BoardMenu } from './board-menu';
import classes from './board.module.css';

interface BoardToolbarProps {
  dashboard: Dashboard;
  draft: Draft;
  search: BoardSearch;
  go: (search: BoardSearch) => void;
  setEditing: (edit: boolean) => void;
  onAdd: () => void;
  onRefresh: () => void;
  onPrint: () => void;
}

export const REFRESH_S = [0, 10, 30, 60, 300, 900];

export function refreshName(seconds: number): string {
  if (seconds === 0) return 'Off';
  return seconds < 60 ? `${seconds} s` : `${seconds / 60} min`;
}

export function BoardToolbar(props: BoardToolbarProps) {
  const { dashboard, draft, search, go, setEditing, onAdd, onRefresh, onPrint } = props;
  const { range, askedAt, zone, setRange, isEditing, definition } = useBoard();
  const source = foreignSource(definition.source);
  const save = () => {
    if (!draft.isChanged) setEditing(false);
    else void draft.save().then((isSaved) => isSaved && setEditing(false));
  };
  const discard = () => {
    draft.discard();
    setEditing(false);
  };
  const toggleKiosk = () => go(search.kiosk === true ? without(search, 'kiosk') : { ...search, kiosk: true });
  useCommands([
    { id: 'board.refresh', title: 'Ask for all data again', group: 'Dashboard', keys: ['r'], run: onRefresh },
    { id: 'board.add', title: 'Add a widget', group: 'Dashboard', keys: ['a'], run: onAdd },
    {
      id: 'board.edit',
      title: isEditing ? 'Stop editing' : 'Edit this dashboard',
      group: 'Dashboard',
      keys: ['e'],
      run: () => (isEditing && draft.isChanged ? undefined : setEditing(!isEditing)),
    },
    {
      id: 'board.print',
      title: 'Print, or save as PDF',
      group: 'Dashboard',
      keys: ['mod+p'],
      run: onPrint,
    },
    { id: 'board.save', title: 'Save the dashboard', group: 'Dashboard', keys: ['mod+s'], run: save },
    { id: 'board.undo', title: 'Undo', group: 'Dashboard', keys: ['mod+z'], run: draft.undo },
    { id: 'board.redo', title: 'Redo', group: 'Dashboard', keys: ['mod+shift+z'], run: draft.redo },
    {
      id: 'board.kiosk',
      title: search.kiosk ? 'Leave the kiosk' : 'Only the widgets (kiosk)',
      group: 'Dashboard',
      keys: ['f'],
      run: toggleKiosk,
    },
  ]);
  if (search.kiosk) {
    return (
      <>
        <h1 className={classes.name}>{draft.content.name}</h1>
        <span className={classes.space} />
        <Tooltip label="Leave the kiosk">
          <ActionIcon aria-label="Leave the kiosk" onClick={toggleKiosk}>
            <IconX size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </>
    );
  }
  return (
    <div className={classes.toolbar}>
      <nav className={classes.crumbs} aria-label="Breadcrumbs">
        <Link to="/dashboards" className={classes.crumb}>
          Dashboards
        </Link>
        <IconChevronRight size={12} className={classes.chevron} aria-hidden />
        <h1
          className={classes.name}
          title={[draft.content.name, draft.content.description].filter(Boolean).join('\n')}
        >
          {draft.content.name}
        </h1>
        {source !== undefined && (
          <span className={classes.source} title={`Reads the source ${source}`}>
            <IconDatabase size={13} aria-hidden />
            {source}
          </span>
        )}
        {draft.isChanged && <span className={classes.changed}>not saved</span>}
      </nav>
      <span className={classes.printed}>
        {formatRange(range, zone)}, as of {formatTimeToSecond(new Date(askedAt).toISOString(), zone)}{' '}
        {zoneLabel(askedAt, zone)}
      </span>
      {isEditing ? (
        <>
          <Tooltip label="Undo (Ctrl Z)">
            <ActionIcon aria-label="Undo" disabled={!draft.canUndo} onClick={draft.undo}>
              <IconArrowBackUp size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
          <Tooltip label="Redo (Ctrl Shift Z)">
            <ActionIcon aria-label="Redo" disabled={!draft.canRedo} onClick={draft.redo}>
              <IconArrowForwardUp size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
          <Button variant="default" leftSection={<IconPlus size={14} aria-hidden />} onClick={onAdd}>
            Add widget
          </Button>
          <Button variant="default" onClick={discard}>
            {draft.isChanged ? 'Discard' : 'Done'}
          </Button>
          <Button onClick={save} loading={draft.isSaving} disabled={!draft.isChanged}>
            Save
          </Button>
        </>
      ) : (
        <Button
          variant="default"
          leftSection={<IconPencil size={14} aria-hidden />}
          onClick={() => setEditing(true)}
        >
          Edit
        </Button>
      )}
      <TimePicker group="Dashboard" range={range} zone={zone} recent={[]} onChoose={setRange} />
      <Button.Group>
        <Tooltip label="Ask for all data again (r)">
          <Button variant="default" px={8} aria-label="Refresh" onClick={onRefresh}>
            <IconRefresh size={15} aria-hidden />
          </Button>
        </Tooltip>
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <Button
              variant="default"
              px={8}
              aria-label={`Refresh by itself: ${refreshName(definition.refresh).toLowerCase()}`}
            >
              {refreshName(definition.refresh)}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>Refresh each</Menu.Label>
            {REFRESH_S.map((seconds) => (
              <Menu.Item
                key={seconds}
                fw={seconds === definition.refresh ? 600 : undefined}
                onClick={() => {
                  draft.change((content) => ({
                    ...content,
                    definition: { ...content.definition, refresh: seconds },
                  }));
                  if (!isEditing) setEditing(true);
                }}
              >
                {refreshName(seconds)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </Button.Group>
      <BoardMenu
        dashboard={dashboard}
        draft={draft}
        onPrint={onPrint}
        onKiosk={() => go({ ...search, kiosk: true })}
        onChanged={() => isEditing || setEditing(true)}
      />
    </div>
  );
}
