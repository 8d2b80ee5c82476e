import { IconFileImport, IconSettings, IconZoomScan } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import classes from './frame.module.css';

const PAGES = [
  { to: '/explore', title: 'Explore', icon: IconZoomScan },
  { to: '/imports', title: 'Imports', icon: IconFileImport },
  { to: '/settings', title: 'Settings', icon: IconSettings },
] as const;

export function Frame({ children }: { children: ReactNode }) {
  return (
    <div className={classes.frame}>
      <nav className={classes.rail} aria-label="Pages">
        {PAGES.map(({ to, title, icon: Icon }) => (
          <Link key={to} to={to} className={classes.link}>
            <Icon size={18} stroke={1.6} aria-hidden />
            <span>{title}</span>
          </Link>
        ))}
      </nav>
      <main className={classes.main}>{children}</main>
    </div>
  );
}
