import { ActionIcon, Popover } from '@mantine/core';
import { IconChartBar } from '@tabler/icons-react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { SkeletonRows } from '@/components/skeleton-rows';

const FieldStatsView = lazy(() => import('./field-stats-view'));

const OPEN_MS = 350;
const CLOSE_MS = 250;

/** Shows the statistics of a field: while the pointer rests on it, or, clicked, until it is closed. */
export function FieldStatsButton({ field, className }: { field: string; className?: string | undefined }) {
  const [shown, setShown] = useState<'no' | 'hover' | 'click'>('no');
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const later = (next: 'no' | 'hover', delay: number) => {
    if (timer.current !== null) clearTimeout(timer.current);
    timer.current = setTimeout(() => setShown((now) => (now === 'click' ? now : next)), delay);
  };
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
    },
    [],
  );
  const label = `Statistics of ${field}`;
  return (
    <Popover
      opened={shown !== 'no'}
      onChange={(isOpen) => {
        if (!isOpen) setShown('no');
      }}
      position="right-start"
      withinPortal
      trapFocus={shown === 'click'}
      returnFocus={shown === 'click'}
    >
      <Popover.Target>
        <ActionIcon
          size={24}
          className={className}
          data-shown={shown !== 'no' || undefined}
          aria-label={label}
          onMouseEnter={() => later('hover', OPEN_MS)}
          onMouseLeave={() => later('no', CLOSE_MS)}
          onClick={() => setShown(shown === 'click' ? 'no' : 'click')}
        >
          <IconChartBar size={13} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown
        aria-label={label}
        onMouseEnter={() => later('hover', 0)}
        onMouseLeave={() => later('no', CLOSE_MS)}
      >
        <Suspense fallback={<SkeletonRows count={7} />}>
          <FieldStatsView field={field} />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  );
}
