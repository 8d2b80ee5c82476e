import { useQueryClient } from '@tanstack/react-query';
import { Link, useBlocker, useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import type { Dashboard, Widget } from '@/api/dashboards';
import { SharedCursor, SharedCursorContext } from '@/components/charts/cursor';
import { MarksContext } from '@/components/charts/marks';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { Page } from '@/components/page';
import { usePreferences } from '@/lib/preferences/preferences';
import { WidgetEditor } from '../editor/widget-editor';
import { Gate } from '../model/gate';
import { compacted, freePlace } from '../model/layout';
import { withSource } from '../model/source';
import { valuesOf } from '../model/variables';
import { BoardContext, type Board } from '../state/board-context';
import { rangeOf, rangeSearch, without, type BoardSearch } from '../state/board-search';
import { useAnnotations } from '../state/use-annotations';
import { useAskedAt } from '../state/use-asked-at';
import { useDashboard, useDraft } from '../state/use-board';
import { PrintContext, usePrint } from '../state/use-print';
import { AnnotationBar } from './annotation-bar';
import { BoardSkeleton } from './board-skeleton';
import { BoardToolbar } from './board-toolbar';
import { LeaveDialog } from './leave-dialog';
import { VariableBar } from './variable-bar';
import { WidgetGrid } from './widget-grid';
import classes from './board.module.css';

/** At once; more would only wait in ClickHouse. */
const QUERIES_AT_ONCE = 4;

export function BoardPage({ id, search }: { id: string; search: BoardSearch }) {
  const { data, error, refetch } = useDashboard(id);
  if (data === undefined && error !== null) {
    return (
      <Page title="Dashboard">
        <ErrorState title="The dashboard could not be opened" error={error} onRetry={() => void refetch()} />
        <p className={classes.back}>
          <Link to="/dashboards">All dashboards</Link>
        </p>
      </Page>
    );
  }
  if (data === undefined) return <BoardSkeleton />;
  return <OpenBoard key={id} dashboard={data} search={search} />;
}

function OpenBoard({ dashboard, search }: { dashboard: Dashboard; search: BoardSearch }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [{ timeZone: zone }] = usePreferences();
  const draft = useDraft(dashboard);
  const { definition } = draft.content;
  const [askedAt, refresh] = useAskedAt(definition.refresh);
  const [gate] = useState(() => new Gate(QUERIES_AT_ONCE));
  const [cursor] = useState(() => new SharedCursor());
  const [edited, setEdited] = useState<Widget | null>(null);
  const { isPrinting, print } = usePrint();
  const isEditing = search.edit === true;
  const go = (next: BoardSearch) =>
    void navigate({ to: '/dashboards/$id', params: { id: dashboard.id }, search: next });
  const setEditing = (edit: boolean) => go(edit ? { ...search, edit: true } : without(search, 'edit'));
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => draft.isChanged && current.pathname !== next.pathname,
    enableBeforeUnload: draft.isChanged,
    withResolver: true,
  });
  const range = useMemo(() => rangeOf(search, definition), [search, definition]);
  const values = valuesOf(definition.variables, search.vars);
  const annotations = useAnnotations(definition, range, askedAt, values);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const marks = annotations.flatMap((one) => (hidden.has(one.annotation.name) ? [] : one.marks));
  const board: Board = {
    definition,
    range,
    askedAt,
    values,
    zone,
    isEditing,
    gate,
    setRange: (next) => go({ ...search, ...rangeSearch(next) }),
    setValues: (vars) => go({ ...search, vars }),
    change: draft.changeWidgets,
    edit: setEdited,
    setSource: (widget, source) => {
      draft.change((content) => ({ ...content, definition: withSource(content.definition, widget, source) }));
      if (!isEditing) setEditing(true);
    },
  };
  const put = (widget: Widget) => {
    draft.changeWidgets((widgets) =>
      widgets.some(({ id }) => id === widget.id)
        ? widgets.map((one) => (one.id === widget.id ? widget : one))
        : compacted([...widgets, widget]),
    );
    setEdited(null);
    if (!isEditing) setEditing(true);
  };
  const add = () =>
    setEdited({
      id: crypto.randomUUID(),
      kind: 'time_series',
      title: '',
      layout: freePlace(definition.widgets, 'time_series'),
      query: { language: 'search', text: '' },
      options: {},
    });
  const ask = () => {
    void queries.invalidateQueries({ queryKey: ['dashboards', 'values'] });
    refresh();
  };
  return (
    <BoardContext value={board}>
      <SharedCursorContext value={cursor}>
        <Page
          title={draft.content.name}
          toolbar={
            <BoardToolbar
              {...{ dashboard, draft, search, go, setEditing }}
              onAdd={add}
              onRefresh={ask}
              onPrint={print}
            />
          }
        >
          <div className={classes.board} data-kiosk={search.kiosk ?? undefined}>
            <VariableBar />
            <AnnotationBar annotations={annotations} hidden={hidden} onHide={setHidden} />
            {definition.widgets.length === 0 ? (
              <EmptyState title="No widgets yet">
                Press Add widget above to choose a query and a chart for it.
              </EmptyState>
            ) : (
              <MarksContext value={marks}>
                <PrintContext value={isPrinting}>
                  <WidgetGrid widgets={definition.widgets} />
                </PrintContext>
              </MarksContext>
            )}
          </div>
          {edited !== null && <WidgetEditor widget={edited} onDone={put} onClose={() => setEdited(null)} />}
          {blocker.status === 'blocked' && (
            <LeaveDialog
              onStay={() => blocker.reset()}
              onDiscard={() => blocker.proceed()}
              onSave={() =>
                void draft.save().then((isSaved) => (isSaved ? blocker.proceed() : blocker.reset()))
              }
            />
          )}
        </Page>
      </SharedCursorContext>
    </BoardContext>
  );
}
