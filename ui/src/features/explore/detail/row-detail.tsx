import { Tabs } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import type { LogRow } from '@/api/types';
import { detailGroups } from '@/components/log/record';
import { SkeletonRows } from '@/components/skeleton-rows';
import { RowNotes } from '../notes/row-notes';
import { useNoteActions, useNotesByRow } from '../notes/use-notes';
import { usePreferences } from '@/lib/preferences/preferences';
import { useStored } from '../state/stored';
import { DetailFields } from './detail-fields';
import { DetailHeader } from './detail-header';
import { DetailMessage } from './detail-message';
import type { RowActions } from './use-row-actions';
import classes from './detail.module.css';
import { usePaneCommands } from '../state/pane';

const AroundTab = lazy(() => import('./around-tab'));
const TraceTab = lazy(() => import('./trace-tab'));

interface RowDetailProps {
  row: LogRow;
  actions: RowActions;
  onMove: (steps: number) => void;
  onClose: () => void;
}

/** Everything of one row, what stands around it, its trace, and what can be done with it. */
export function RowDetail({ row, actions, onMove, onClose }: RowDetailProps) {
  const [wanted, setTab] = useStored<string>('detail.tab', 'fields');
  const [writingOn, setWritingOn] = useState<string | null>(null);
  const toggleMark = useMark(row);
  const hasTrace = row.TraceId !== '';
  const tab = wanted === 'trace' && !hasTrace ? 'fields' : wanted;
  const write = () => {
    setTab('fields');
    setWritingOn(row.IngestId);
  };
  const group = 'Row';
  usePaneCommands([
    { id: 'row.fields', title: 'Fields of the row', group, keys: ['1'], run: () => setTab('fields') },
    { id: 'row.around', title: 'Rows around the row', group, keys: ['2'], run: () => setTab('around') },
    ...(hasTrace
      ? [{ id: 'row.trace', title: 'Trace of the row', group, keys: ['3'], run: () => setTab('trace') }]
      : []),
    { id: 'row.note', title: 'Write a note on the row', group, keys: ['n'], run: write },
    { id: 'row.mark', title: 'Mark the row, or take its mark away', group, keys: ['m'], run: toggleMark },
  ]);
  return (
    <div className={classes.detail}>
      <DetailHeader row={row} actions={actions} onMove={onMove} onNote={write} onClose={onClose} />
      <Tabs
        value={tab}
        onChange={(next) => setTab(next ?? 'fields')}
        keepMounted={false}
        classNames={{ root: classes.tabs, list: classes.tabList, panel: classes.panel, tab: classes.tab }}
      >
        <Tabs.List>
          <Tabs.Tab value="fields">Fields</Tabs.Tab>
          <Tabs.Tab value="around">Around</Tabs.Tab>
          {hasTrace && <Tabs.Tab value="trace">Trace</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="fields">
          <RowNotes
            row={row}
            isWriting={writingOn === row.IngestId}
            onWriting={(isWriting) => setWritingOn(isWriting ? row.IngestId : null)}
          />
          <DetailMessage key={row.IngestId} row={row} />
          {detailGroups(row).map((one) => (
            <DetailFields key={one.name} group={one} row={row} />
          ))}
        </Tabs.Panel>
        <Tabs.Panel value="around">
          <Suspense fallback={<SkeletonRows count={12} />}>
            <AroundTab row={row} />
          </Suspense>
        </Tabs.Panel>
        {hasTrace && (
          <Tabs.Panel value="trace">
            <Suspense fallback={<SkeletonRows count={8} />}>
              <TraceTab row={row} />
            </Suspense>
          </Tabs.Panel>
        )}
      </Tabs>
    </div>
  );
}

/** Marks a row, or takes away the mark that it has; notes with words stay. */
function useMark(row: LogRow): () => void {
  const notes = useNotesByRow().get(row.IngestId) ?? [];
  const { add, remove } = useNoteActions();
  const [{ authorName }] = usePreferences();
  return () => {
    const mark = notes.find((note) => note.text === '');
    if (mark !== undefined) remove(mark);
    else add(row, { text: '', colour: 'amber', author: authorName });
  };
}
