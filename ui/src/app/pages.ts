import {
  IconActivity,
  IconBlocks,
  IconBookmark,
  IconDatabase,
  IconDatabaseImport,
  IconFileExport,
  IconFileImport,
  IconLayoutDashboard,
  IconPlugConnected,
  IconSettings,
  IconSql,
  IconZoomScan,
} from '@tabler/icons-react';

/** The pages of the rail, in its order; each is also a command, with a key. */
export const PAGES = [
  { to: '/explore', title: 'Explore', icon: IconZoomScan, key: 'alt+1' },
  { to: '/tail', title: 'Tail', icon: IconActivity, key: 'alt+2' },
  { to: '/sql', title: 'SQL', icon: IconSql, key: 'alt+3' },
  { to: '/builder', title: 'Builder', icon: IconBlocks, key: 'alt+4' },
  { to: '/dashboards', title: 'Dashboards', icon: IconLayoutDashboard, key: 'alt+5' },
  { to: '/saved', title: 'Saved', icon: IconBookmark, key: 'alt+6' },
  { to: '/imports', title: 'Imports', icon: IconFileImport, key: 'alt+7' },
  { to: '/exports', title: 'Exports', icon: IconFileExport, key: 'alt+=' },
  { to: '/storage', title: 'Storage', icon: IconDatabase, key: 'alt+8' },
  { to: '/delivery', title: 'Delivery', icon: IconDatabaseImport, key: 'alt+9' },
  { to: '/connections', title: 'Connections', icon: IconPlugConnected, key: 'alt+-' },
  { to: '/settings', title: 'Settings', icon: IconSettings, key: 'alt+0' },
] as const;
