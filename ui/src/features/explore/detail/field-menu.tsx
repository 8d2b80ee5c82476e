import { ActionIcon, Menu, Popover } from '@mantine/core';
import {
  IconChartBar,
  IconChartLine,
  IconColumnInsertRight,
  IconColumnRemove,
  IconDots,
  IconSearch,
  IconTableColumn,
} from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { SkeletonRows } from '@/components/skeleton-rows';
import { toggleColumn } from '@/components/log/columns';
import { canonicalField } from '@/lib/query-language/syntax';
import { toggleInclude } from '@/lib/query-language/filters';
import { useExplore } from '../state/explore-context';
import { chartedBy, groupedBy } from '../state/pipes';

const FieldStatsView = lazy(() => import('../stats/field-stats-view'));

/** What can be done with a field beside filtering by its value. */
export function FieldMenu({ name, className }: { name: string; className?: string | undefined }) {
  const { search, editQuery, setQuery, setColumns } = useExplore();
  const [areStatsShown, setStatsShown] = useState(false);
  const isColumn = search.columns.includes(canonicalField(name));
  const ColumnIcon = isColumn ? IconColumnRemove : IconColumnInsertRight;
  return (
    <Popover opened={areStatsShown} onChange={setStatsShown} position="left-start" withinPortal trapFocus>
      <Menu position="bottom-end" withinPortal>
        <Popover.Target>
          <Menu.Target>
            <ActionIcon
              size={24}
              className={className}
              aria-label={`More for ${name}`}
              title={`More for ${name}`}
            >
              <IconDots size={14} aria-hidden />
            </ActionIcon>
          </Menu.Target>
        </Popover.Target>
        <Menu.Dropdown>
          <Menu.Label>{name}</Menu.Label>
          <Menu.Item leftSection={<IconChartBar size={14} aria-hidden />} onClick={() => setStatsShown(true)}>
            Statistics
          </Menu.Item>
          <Menu.Item
            leftSection={<IconTableColumn size={14} aria-hidden />}
            onClick={() => setQuery(groupedBy(search.query, name))}
          >
            Group by it
          </Menu.Item>
          <Menu.Item
            leftSection={<IconChartLine size={14} aria-hidden />}
            onClick={() => setQuery(chartedBy(search.query, name))}
          >
            Chart it over time
          </Menu.Item>
          <Menu.Item
            leftSection={<IconSearch size={14} aria-hidden />}
            onClick={() => editQuery((query) => toggleInclude(query, name, null))}
          >
            Rows that have it
          </Menu.Item>
          <Menu.Item
            leftSection={<ColumnIcon size={14} aria-hidden />}
            onClick={() => setColumns(toggleColumn(search.columns, name))}
          >
            {isColumn ? 'Remove the column' : 'Add as a column'}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Popover.Dropdown aria-label={`Statistics of ${name}`}>
        <Suspense fallback={<SkeletonRows count={7} />}>
          <FieldStatsView field={name} />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  );
}
