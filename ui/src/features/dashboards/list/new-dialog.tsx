import { Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '@/api/client';
import { dashboards, type DashboardContent } from '@/api/dashboards';
import { ErrorState } from '@/components/error-state';
import { SkeletonRows } from '@/components/skeleton-rows';
import { formatCountOf } from '@/lib/format/numbers';
import { useDashboardActions } from '../state/use-actions';
import classes from './list.module.css';

const EMPTY: DashboardContent = {
  name: 'New dashboard',
  description: '',
  folder: '',
  tags: [],
  definition: { variables: [], widgets: [], refresh: 0, from: 'now-1h', to: 'now' },
};

/** What a new dashboard begins as. */
export function NewDialog({ onClose }: { onClose: () => void }) {
  const api = useApi();
  const actions = useDashboardActions();
  const { data, error, refetch } = useQuery({
    queryKey: ['dashboards', 'templates'],
    queryFn: ({ signal }) => dashboards.templates(api, signal),
    staleTime: Infinity,
  });
  const start = (content: DashboardContent) => {
    onClose();
    actions.create(content);
  };
  return (
    <Modal opened onClose={onClose} title="New dashboard" size="lg">
      <ul className={classes.templates}>
        <li>
          <button type="button" className={classes.template} data-autofocus onClick={() => start(EMPTY)}>
            <strong>Empty</strong>
            <span>Add widgets of your own.</span>
          </button>
        </li>
        {data?.map(({ id, ...content }) => (
          <li key={id}>
            <button type="button" className={classes.template} onClick={() => start(content)}>
              <strong>{content.name}</strong>
              <span>{content.description}</span>
              <span className={classes.fact}>
                {formatCountOf(content.definition.widgets.length, 'widget')}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {data === undefined && error === null && <SkeletonRows count={6} />}
      {error !== null && (
        <ErrorState title="The templates could not be read" error={error} onRetry={() => void refetch()} />
      )}
    </Modal>
  );
}
