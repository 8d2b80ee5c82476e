import { ActionIcon, Tooltip } from '@mantine/core';
import { IconLayoutDashboard } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import type { WidgetKind } from '@/api/dashboards';
import { hasPipe } from '@/lib/query-language/pipe';
import { isTimechart } from '@/lib/query-language/pipes';
import { useCommands } from '@/lib/shortcuts/use-commands';
import { useExplore } from '../state/explore-context';
import { rangeParameters } from '../state/search-state';
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

const TIME_SERIES: { value: WidgetKind; label: string } = { value: 'time_series', label: 'Time series' };
const TABLE: { value: WidgetKind; label: string } = { value: 'table', label: 'Table' };
const PIPED: { value: WidgetKind; label: string }[] = [
  { value: 'bar', label: 'Bars' },
  { value: 'top_list', label: 'Top list' },
  { value: 'pie', label: 'Pie' },
  { value: 'number', label: 'Number' },
];

/** What can show a search, the best first. */
function kindsFor(query: string): { value: WidgetKind; label: string }[] {
  if (!hasPipe(query)) return PLAIN;
  const isOverTime = isTimechart(query);
  return [...(isOverTime ? [TIME_SERIES, TABLE] : [TABLE, TIME_SERIES]), ...PIPED];
}

/** The button and command that puts this search on a dashboard. */
export function ToDashboard() {
  const { search } = useExplore();
  const { from, to } = rangeParameters(search.range);
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
            query={{ language: 'search', text: search.query, source: search.source ?? null }}
            kinds={kindsFor(search.query)}
            range={{ from: from ?? null, to: to ?? null }}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
}
