import { ActionIcon, Tooltip } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useState, type KeyboardEvent } from 'react';
import { useServerName } from '@/components/sources/known-sources';
import type { SqlTab } from './tabs';
import type { TabActions } from './use-tabs';
import classes from './tab-bar.module.css';

/** Statements as tabs: dragged or moved with Ctrl+Shift and the arrows, renamed by a double click or F2, closed by Delete. */
export function TabBar({ tabs }: { tabs: TabActions }) {
  const [renamed, setRenamed] = useState<string | null>(null);
  const [dragged, setDragged] = useState<string | null>(null);
  const rename = (tab: SqlTab, title: string): void => {
    setRenamed(null);
    if (title.trim() !== '') tabs.change(tab.id, { title: title.trim() });
  };
  return (
    <div className={classes.bar}>
      <div role="tablist" aria-label="Statements" className={classes.list}>
        {tabs.tabs.map((tab, place) => {
          const isActive = tab.id === tabs.active.id;
          if (tab.id === renamed) {
            return <TitleField key={tab.id} title={tab.title} onDone={(title) => rename(tab, title)} />;
          }
          return (
            <div
              key={tab.id}
              className={classes.tab}
              data-active={isActive || undefined}
              data-dragged={dragged === tab.id || undefined}
              draggable
              onDragStart={(event) => {
                event.dataTransfer.effectAllowed = 'move';
                setDragged(tab.id);
              }}
              onDragEnd={() => setDragged(null)}
              onDragOver={(event) => {
                if (dragged !== null) event.preventDefault();
              }}
              onDrop={(event) => {
                event.preventDefault();
                if (dragged !== null) tabs.move(dragged, place);
              }}
            >
              <button
                type="button"
                role="tab"
                id={`sql-tab-${tab.id}`}
                aria-selected={isActive}
                aria-controls="sql-tab-panel"
                aria-keyshortcuts="Delete F2"
                tabIndex={isActive ? 0 : -1}
                className={classes.title}
                title={tab.source === null ? tab.title : `${tab.title}, on ${tab.source}`}
                onClick={() => tabs.activate(tab.id)}
                onDoubleClick={() => setRenamed(tab.id)}
                onKeyDown={(event) => onTabKey(event, tabs, tab, place, () => setRenamed(tab.id))}
                onMouseDown={(event) => {
                  if (event.button === 1) tabs.close(tab.id);
                }}
              >
                {tab.title}
                {tab.source !== null && <ServerOf source={tab.source} />}
              </button>
              {/* By keyboard the tab itself is closed: nothing else may have the focus in a list of tabs. */}
              <ActionIcon
                size={18}
                className={classes.close}
                title={`Close ${tab.title}`}
                aria-hidden
                tabIndex={-1}
                onClick={() => tabs.close(tab.id)}
              >
                <IconX size={12} aria-hidden />
              </ActionIcon>
            </div>
          );
        })}
      </div>
      <Tooltip label="New statement">
        <ActionIcon size="sm" aria-label="New statement" onClick={() => tabs.open()}>
          <IconPlus size={15} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

/** Where the statement runs, beside its name. */
function ServerOf({ source }: { source: string }) {
  return <span className={classes.server}>{useServerName(source)}</span>;
}

function onTabKey(
  event: KeyboardEvent<HTMLElement>,
  tabs: TabActions,
  tab: SqlTab,
  place: number,
  rename: () => void,
): void {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  const focusActive = (list: Element | null): void => {
    requestAnimationFrame(() => list?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus());
  };
  if (step !== 0 && event.ctrlKey && event.shiftKey) tabs.move(tab.id, place + step);
  else if (step !== 0) tabs.step(step);
  else if (event.key === 'F2') rename();
  else if (event.key === 'Delete') tabs.close(tab.id);
  else return;
  event.preventDefault();
  focusActive(event.currentTarget.closest('[role="tablist"]'));
}

function TitleField({ title, onDone }: { title: string; onDone: (title: string) => void }) {
  return (
    <input
      className={classes.field}
      aria-label="Name of the statement"
      defaultValue={title}
      autoFocus
      maxLength={80}
      onFocus={(event) => event.currentTarget.select()}
      onBlur={(event) => onDone(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onDone(event.currentTarget.value);
        else if (event.key === 'Escape') onDone(title);
      }}
    />
  );
}
