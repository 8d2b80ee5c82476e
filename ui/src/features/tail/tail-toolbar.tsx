import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core';
import {
  IconAppWindow,
  IconChevronDown,
  IconEraser,
  IconPin,
  IconPinFilled,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
} from '@tabler/icons-react';
import type { Ref } from 'react';
import { Keys } from '@/components/keys';
import { SourceMenu } from '@/components/sources/source-menu';
import { SearchBar, type SearchBarHandle } from '@/components/search-bar/search-bar';
import { formatCount } from '@/lib/format/numbers';
import type { TailSession } from './state/tail-session';
import { useTailPart } from './state/use-tail';
import classes from './tail-page.module.css';

export interface TailActions {
  setQuery: (query: string) => void;
  setSource: (source: string | undefined) => void;
  togglePause: () => void;
  skip: () => void;
  clear: () => void;
  openWindow: (isAlwaysOnTop: boolean) => void;
  toggleOnTop: () => void;
}

interface TailToolbarProps {
  session: TailSession;
  actions: TailActions;
  /** Null where this window can't be kept above others. */
  isOnTop: boolean | null;
  canKeepOnTop: boolean;
  bar: Ref<SearchBarHandle>;
}

/** The filter, and what starts and stops the rows. */
export function TailToolbar({ session, actions, isOnTop, canKeepOnTop, bar }: TailToolbarProps) {
  const query = useTailPart(session, (tail) => tail.query);
  const source = useTailPart(session, (tail) => tail.source);
  const error = useTailPart(session, (tail) => tail.error);
  const waiting = useTailPart(session, (tail) => tail.waiting);
  const isPaused = useTailPart(session, ({ phase }) => phase === 'paused') && error === null;
  return (
    <div className={classes.toolbar}>
      <SourceMenu source={source} onChoose={actions.setSource} />
      <SearchBar
        ref={bar}
        query={query}
        onRun={actions.setQuery}
        onClear={() => actions.setQuery('')}
        problem={error === null ? null : { text: query, error }}
        span={() => ({ from: 'now-1h', to: undefined, source })}
      />
      <Button.Group className={classes.run}>
        <Button
          variant={isPaused ? 'filled' : 'default'}
          disabled={error !== null}
          onClick={actions.togglePause}
          leftSection={
            isPaused ? (
              <IconPlayerPlayFilled size={12} aria-hidden />
            ) : (
              <IconPlayerPauseFilled size={12} aria-hidden />
            )
          }
        >
          {isPaused ? resumeText(waiting) : 'Pause'}
        </Button>
        {isPaused && (
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <Button variant="filled" px={6} aria-label="How to go on">
                <IconChevronDown size={13} aria-hidden />
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={actions.togglePause}>Go on with what came meanwhile</Menu.Item>
              <Menu.Item onClick={actions.skip}>Go on with new rows only</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </Button.Group>
      <Tooltip
        label={
          <>
            Clear the rows <Keys of="c" />
          </>
        }
      >
        <ActionIcon size={30} aria-label="Clear the rows" onClick={actions.clear}>
          <IconEraser size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
      {isOnTop === null ? (
        <WindowMenu actions={actions} canKeepOnTop={canKeepOnTop} />
      ) : (
        <Tooltip label={isOnTop ? 'Let other windows cover this one' : 'Keep this window on top'}>
          <ActionIcon size={30} aria-label="Keep on top" aria-pressed={isOnTop} onClick={actions.toggleOnTop}>
            {isOnTop ? <IconPinFilled size={16} aria-hidden /> : <IconPin size={16} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      )}
    </div>
  );
}

function WindowMenu({ actions, canKeepOnTop }: { actions: TailActions; canKeepOnTop: boolean }) {
  if (!canKeepOnTop) {
    return (
      <Tooltip label="Open in a window of its own">
        <ActionIcon
          size={30}
          aria-label="Open in a window of its own"
          onClick={() => actions.openWindow(false)}
        >
          <IconAppWindow size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
    );
  }
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon size={30} aria-label="Open in a window of its own" title="Open in a window of its own">
          <IconAppWindow size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => actions.openWindow(false)}>Open in a window of its own</Menu.Item>
        <Menu.Item onClick={() => actions.openWindow(true)}>Open in a window on top of all others</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function resumeText(waiting: number): string {
  return waiting === 0 ? 'Resume' : `Resume, ${formatCount(waiting)} waiting`;
}
