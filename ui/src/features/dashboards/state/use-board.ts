import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '@/api/client';
import { dashboards, type Dashboard, type DashboardContent, type Widget } from '@/api/dashboards';
import { ApiError } from '@/api/errors';
import { notifyDone, notifyFailure } from '@/components/notify';
import { changed, historyOf, redone, undone, type History } from '../model/history';

export function useDashboard(id: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['dashboards', 'one', id],
    queryFn: ({ signal }) => dashboards.get(api, id, signal),
  });
}

export interface Draft {
  content: DashboardContent;
  isChanged: boolean;
  canUndo: boolean;
  canRedo: boolean;
  isSaving: boolean;
  change: (edit: (content: DashboardContent) => DashboardContent) => void;
  changeWidgets: (edit: (widgets: Widget[]) => Widget[]) => void;
  undo: () => void;
  redo: () => void;
  discard: () => void;
  /** Answers whether it was saved. */
  save: () => Promise<boolean>;
}

function contentOf({ name, description, folder, tags, definition }: Dashboard): DashboardContent {
  return { name, description, folder, tags, definition };
}

/** What a dashboard is while it is edited, with undo; it is stored by `save` alone. */
export function useDraft(dashboard: Dashboard): Draft {
  const api = useApi();
  const queries = useQueryClient();
  const stored = contentOf(dashboard);
  const [history, setHistory] = useState<History<DashboardContent> | null>(null);
  const content = history?.present ?? stored;
  const isChanged =
    history !== null && history.past.length > 0 && JSON.stringify(content) !== JSON.stringify(stored);
  const change = (edit: (content: DashboardContent) => DashboardContent) =>
    setHistory((known) => changed(known ?? historyOf(stored), edit((known ?? historyOf(stored)).present)));
  const saving = useMutation({
    mutationFn: (version: number | null) =>
      dashboards.replace(api, dashboard.id, { ...content, ...(version === null ? {} : { version }) }),
    onSuccess: (saved) => {
      queries.setQueryData(['dashboards', 'one', dashboard.id], saved);
      void queries.invalidateQueries({ queryKey: ['dashboards', 'list'] });
      setHistory(null);
    },
  });
  const save = async (): Promise<boolean> => {
    try {
      await saving.mutateAsync(dashboard.version);
      notifyDone('Saved');
      return true;
    } catch (error) {
      const title =
        error instanceof ApiError && error.code === 'dashboard.changed'
          ? 'Someone else saved it meanwhile'
          : 'It was not saved';
      notifyFailure(title, error);
      return false;
    }
  };
  return {
    content,
    isChanged,
    canUndo: (history?.past.length ?? 0) > 0,
    canRedo: (history?.future.length ?? 0) > 0,
    isSaving: saving.isPending,
    change,
    changeWidgets: (edit) =>
      change((known) => {
        const widgets = edit(known.definition.widgets);
        return widgets === known.definition.widgets
          ? known
          : { ...known, definition: { ...known.definition, widgets } };
      }),
    undo: () => setHistory((known) => known && undone(known)),
    redo: () => setHistory((known) => known && redone(known)),
    discard: () => setHistory(null),
    save,
  };
}
