import { ActionIcon, Tooltip } from '@mantine/core';
import { IconLayoutDashboard } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import type { WidgetKind } from '@/api/dashboards';
import { hasPipe } from '@/lib/query-language/pipe';
import { useCommands } from '@/lib/shortcuts/use-commands';
import { useExplore } from '../state/explore-context';
import classes from './toolbar.module.css';

const AddToDashboard = lazy(() =>
  import('@/components/add-to-dashboard/add-to-dashboard').then((module) => ({
    default: module.AddToDashboard,
  })),
);

const PLAIN: { value: WidgetKind; label: string }[] = [
  { value: 'time_series', label: 'Rows over time' },
  { value: 'logs', label: 'Log rows' },
  { value: 'number', label: 'Number of rows' },
  { value: 'pie', label: 'Rows by level' },
];

const PIPED: { value: WidgetKind; label: string }[] = [
  { value: 'table', label: 'Table' },
  { value: 'time_series', label: 'Time series' },
  { value: 'bar', label: 'Bars' },
  { value: 'top_list', label: 'Top list' },
  { value: 'pie', label: 'Pie' },
  { value: 'number', label: 'Number' },
];

/** The button and command that puts this search on a dashboard. */
export function ToDashboard() {
  const { search } = useExplore();
  const [isOpen, setOpen] = useState(false);
  useCommands([
    {
      id: 'explore.dashboard',
      title: 'Add this search to a dashboard',
      group: 'Explore',
      run: () => setOpen(true),
    },
  ]);
  return (
    <>
      <Tooltip label="Add this search to a dashboard">
        <ActionIcon
          className={classes.wide}
          aria-label="Add this search to a dashboard"
          onClick={() => setOpen(true)}
        >
          <IconLayoutDashboard size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
      {isOpen && (
        <Suspense fallback={null}>
          <AddToDashboard
            query={{ language: 'search', text: search.query }}
            kinds={hasPipe(search.query) ? PIPED : PLAIN}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
}
