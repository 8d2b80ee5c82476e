import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useApi } from '@/api/client';
import { dashboards, type DashboardContent } from '@/api/dashboards';
import { notifyFailure } from '@/components/notify';

interface Named {
  id: string;
  name: string;
}

export interface DashboardActions {
  create: (content: DashboardContent) => void;
  duplicate: (id: string) => void;
  /** Deletes; a notice takes it back. */
  remove: (dashboard: Named) => void;
  mark: (id: string, favourite: boolean) => void;
  importFile: (text: string) => void;
}

/** What is done to dashboards from the list and from their own pages. */
export function useDashboardActions(): DashboardActions {
  const api = useApi();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const listChanged = () => queries.invalidateQueries({ queryKey: ['dashboards', 'list'] });
  const open = async (made: Promise<Named>, failure: string) => {
    try {
      const { id } = await made;
      await listChanged();
      await navigate({ to: '/dashboards/$id', params: { id } });
    } catch (error) {
      notifyFailure(failure, error);
    }
  };
  const attempt = async (task: Promise<unknown>, failure: string) => {
    try {
      await task;
      return true;
    } catch (error) {
      notifyFailure(failure, error);
      return false;
    } finally {
      await listChanged();
    }
  };
  const remove = async ({ id, name }: Named) => {
    if (!(await attempt(dashboards.remove(api, id), 'It was not deleted'))) return;
    const undo = () => {
      notifications.hide(`deleted:${id}`);
      void attempt(dashboards.restore(api, id), 'It was not restored');
    };
    notifications.show({
      id: `deleted:${id}`,
      autoClose: 12_000,
      withBorder: true,
      message: (
        <span style={{ display: 'flex', alignItems: 'center', justifyContent: 'space-between', gap: 12 }}>
          {name} was deleted
          <Button variant="default" size="compact-xs" onClick={undo}>
            Undo
          </Button>
        </span>
      ),
    });
  };
  return {
    create: (content) => void open(dashboards.create(api, content), 'The dashboard was not made'),
    duplicate: (id) => void open(dashboards.duplicate(api, id), 'The copy was not made'),
    remove: (dashboard) => void remove(dashboard),
    mark: (id, favourite) => void attempt(dashboards.mark(api, id, favourite), 'That was not noted'),
    importFile: (text) => {
      let file: unknown;
      try {
        file = JSON.parse(text);
      } catch {
        notifyFailure(
          'The file was not imported',
          new Error('It is no JSON. Choose a file that was exported from a dashboard.'),
        );
        return;
      }
      void open(dashboards.import(api, file), 'The file was not imported');
    },
  };
}
