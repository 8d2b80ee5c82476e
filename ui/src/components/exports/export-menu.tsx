import { Button, Menu, Tooltip } from '@mantine/core';
import { IconChevronDown, IconFileExport } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useCommands } from '@/lib/shortcuts/use-commands';
import type { Exported, NotExported } from './exported';
import { ExportGroup } from './export-group';
import classes from './exports.module.css';
import { EXPORT_FORMATS } from './formats';
import { useExport } from './use-export';

/** Who has no pointer learns why it is disabled as well. */
const EVENTS = { hover: true, focus: true, touch: true };

interface ExportMenuProps {
  exported: Exported | NotExported;
  /** Under which the palette lists it. */
  group: string;
  /** Of two in sight, the one that the palette means. */
  isInPalette?: boolean;
  /** In a line of small controls. */
  isSmall?: boolean;
  /** What else can be made of what is shown, as items of the menu. */
  children?: ReactNode;
}

/** Exports what is shown to Excel with one click, or to what its menu offers. */
export function ExportMenu(props: ExportMenuProps) {
  const { exported, group, isInPalette = true, isSmall = false, children } = props;
  const { start, isRunning } = useExport();
  const what = 'obstacle' in exported || isRunning ? null : exported;
  const toExcel = (): void => {
    if (what !== null) start(what, 'xlsx');
  };
  useCommands(
    what === null || !isInPalette
      ? []
      : [{ id: `${group.toLowerCase()}.export`, title: 'Export to Excel', group, run: toExcel }],
  );
  const obstacle = 'obstacle' in exported ? exported.obstacle : isRunning ? 'An export runs' : null;
  // A button that is really disabled has no tooltip, and no focus to read it at.
  const disabled = what === null && { 'data-disabled': true, 'aria-disabled': true };
  const look = { variant: 'subtle', color: 'gray', ...(isSmall ? { size: 'compact-xs', h: 24 } : {}) };
  return (
    <Button.Group className={classes.menu}>
      <Tooltip label={obstacle ?? 'All rows, to Excel'} events={EVENTS}>
        <Button
          {...look}
          {...disabled}
          className={classes.main}
          aria-label="Export to Excel"
          onClick={toExcel}
        >
          <IconFileExport size={isSmall ? 14 : 15} aria-hidden />
          <span className={classes.word}>Export</span>
        </Button>
      </Tooltip>
      <Menu
        position="bottom-end"
        withinPortal
        // What Mantine focuses in its place is no item of a menu, as screen readers want one.
        withInitialFocusPlaceholder={false}
        disabled={what === null && children === undefined}
      >
        <Menu.Target>
          <Button
            {...look}
            {...(children === undefined && disabled)}
            className={classes.caret}
            aria-label="Export to another format"
          >
            <IconChevronDown size={12} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <ExportGroup title="All rows as">
            {EXPORT_FORMATS.map(({ format, title }) => (
              <Menu.Item
                key={format}
                disabled={what === null}
                rightSection={<span className={classes.ending}>.{format}</span>}
                onClick={() => what !== null && start(what, format)}
              >
                {title}
              </Menu.Item>
            ))}
          </ExportGroup>
          {children}
        </Menu.Dropdown>
      </Menu>
    </Button.Group>
  );
}
