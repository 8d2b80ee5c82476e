import { Tooltip } from '@mantine/core';
import {
  IconBookmark,
  IconDatabase,
  IconDatabaseImport,
  IconFileImport,
  IconLayoutSidebarLeftCollapse,
  IconLayoutSidebarLeftExpand,
  IconSettings,
  IconSql,
  IconZoomScan,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { usePreferences } from '@/lib/preferences/preferences';
import { AppCommands } from './app-commands';
import classes from './frame.module.css';
import { StatusBar } from './status-bar';

const PAGES = [
  { to: '/explore', title: 'Explore', icon: IconZoomScan },
  { to: '/sql', title: 'SQL', icon: IconSql },
  { to: '/saved', title: 'Saved', icon: IconBookmark },
  { to: '/imports', title: 'Imports', icon: IconFileImport },
  { to: '/storage', title: 'Storage', icon: IconDatabase },
  { to: '/delivery', title: 'Delivery', icon: IconDatabaseImport },
  { to: '/settings', title: 'Settings', icon: IconSettings },
] as const;

/** Rail, page and status bar. */
export function Frame({ children }: { children: ReactNode }) {
  const [{ railCollapsed }, change] = usePreferences();
  const Toggle = railCollapsed ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse;
  const toggleTitle = railCollapsed ? 'Show page names' : 'Hide page names';
  return (
    <div className={classes.frame}>
      <nav
        className={classes.rail}
        aria-label="Pages"
        data-tour="rail"
        data-collapsed={railCollapsed || undefined}
      >
        {PAGES.map(({ to, title, icon: Icon }) => (
          <Tooltip key={to} label={title} position="right" disabled={!railCollapsed}>
            <Link to={to} className={classes.link} aria-label={title}>
              <Icon size={18} stroke={1.6} aria-hidden />
              {!railCollapsed && <span>{title}</span>}
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
