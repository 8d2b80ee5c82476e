import { ActionIcon, Tooltip } from '@mantine/core';
import { IconLayoutDashboard } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useCommands } from '@/lib/shortcuts/use-commands';
import type { Addition } from './addition';

const AddToDashboard = lazy(() =>
  import('./add-to-dashboard').then((module) => ({ default: module.AddToDashboard })),
);

interface ToDashboardProps {
  /** What it is called, such as `search`. */
  what: string;
  /** The page, as commands are grouped. */
  group: string;
  /** `null` where there is nothing to add. */
  addition: Addition | null;
  className?: string | undefined;
}

/** The button and command that puts what is on screen on a dashboard. */
export function ToDashboard({ what, group, addition, className }: ToDashboardProps) {
  const [isOpen, setOpen] = useState(false);
  const title = `Add this ${what} to a dashboard`;
  useCommands([{ id: `${group.toLowerCase()}.dashboard`, title, group, run: () => setOpen(true) }]);
  return (
    <>
      <Tooltip label={title}>
        <ActionIcon
          className={className}
          aria-label={title}
          disabled={addition === null}
          onClick={() => setOpen(true)}
        >
          <IconLayoutDashboard size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
      {isOpen && addition !== null && (
        <Suspense fallback={null}>
          <AddToDashboard addition={addition} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
