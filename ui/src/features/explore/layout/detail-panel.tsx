import { Button } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { EmptyState } from '@/components/empty-state';
import { SkeletonRows } from '@/components/skeleton-rows';
import type { RowActions } from '../detail/use-row-actions';
import type { Selection } from '../state/use-selection';
import { SidePanel } from './side-panel';
import classes from './workspace.module.css';

const RowDetail = lazy(() =>
  import('../detail/row-detail').then(({ RowDetail }) => ({ default: RowDetail })),
);

interface DetailPanelProps {
  place: 'beside' | 'below';
  selection: Selection;
  actions: RowActions;
}

/** The open row beside the table, or below it in a narrow window; the table makes room and keeps the row in sight. */
export function DetailPanel({ place, selection, actions }: DetailPanelProps) {
  if (!selection.isOpen) return null;
  const content = <DetailContent selection={selection} actions={actions} />;
  return place === 'beside' ? (
    <SidePanel name="detail" side="right" label="Row" initialWidth={460} minWidth={320} maxWidth={900}>
      {content}
    </SidePanel>
  ) : (
    <section className={classes.sheet} aria-label="Row">
      {content}
    </section>
  );
}

function DetailContent({ selection, actions }: Omit<DetailPanelProps, 'place'>) {
  const { openRow, isMissing, move, close } = selection;
  if (openRow) {
    return (
      <Suspense fallback={<SkeletonRows count={8} />}>
        <RowDetail row={openRow} actions={actions} onMove={move} onClose={close} />
      </Suspense>
    );
  }
  if (!isMissing) return <SkeletonRows count={8} />;
  return (
    <EmptyState title="This row is not stored any more" action={<Button onClick={close}>Close</Button>}>
      It was deleted, or its time has passed the retention.
    </EmptyState>
  );
}
