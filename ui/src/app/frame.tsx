import { Tooltip } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from '@tabler/icons-react';
import { Link, useRouterState } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { usePreferences } from '@/lib/preferences/preferences';
import { AppCommands } from './app-commands';
import classes from './frame.module.css';
import { PAGES } from './pages';
import { StatusBar } from './status-bar';

/** Rail, page and status bar; a page in a window of its own stands alone. */
export function Frame({ children }: { children: ReactNode }) {
  const isOwnWindow = useRouterState({
    select: ({ location }) => (location.search as { window?: unknown }).window === true,
  });
  if (isOwnWindow) {
    return (
      <>
        <main className={classes.alone}>{children}</main>
        <AppCommands />
      </>
    );
  }
  return <WholeFrame>{children}</WholeFrame>;
}

function WholeFrame({ children }: { children: ReactNode }) {
  const [{ railCollapsed }, change] = usePreferences();
  // A tablet has no room for the words; what the user chose holds again in a wider window.
  const isNarrow = useMediaQuery('(max-width: 900px)', false, { getInitialValueInEffect: false });
  const isCollapsed = railCollapsed || isNarrow;
  const Toggle = railCollapsed ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse;
  const toggleTitle = railCollapsed ? 'Show page names' : 'Hide page names';
  return (
    <div className={classes.frame}>
      <nav
        className={classes.rail}
        aria-label="Pages"
        data-tour="rail"
        data-collapsed={isCollapsed || undefined}
      >
        {PAGES.map(({ to, title, icon: Icon }) => (
          <Tooltip key={to} label={title} position="right" disabled={!isCollapsed}>
            <Link to={to} className={classes.link} aria-label={title}>
              <Icon size={18} stroke={1.6} aria-hidden />
              {!isCollapsed && <span>{title}</span>}
            </Link>
          </Tooltip>
        ))}
        <span className={classes.space} />
        <Tooltip label={toggleTitle} position="right" disabled={!railCollapsed}>
          <button
            type="button"
            className={`${classes.link} ${classes.collapse}`}
            aria-label={toggleTitle}
            onClick={() => change({ railCollapsed: !railCollapsed })}
          >
            <Toggle size={18} stroke={1.6} aria-hidden />
            {!railCollapsed && <span>Collapse</span>}
          </button>
        </Tooltip>
      </nav>
      <main className={classes.main}>{children}</main>
      <StatusBar />
      <AppCommands />
    </div>
  );
}
