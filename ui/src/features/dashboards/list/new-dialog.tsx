import { Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '@/api/client';
import { dashboards, type DashboardContent, type DashboardTemplate } from '@/api/dashboards';
import { useSources } from '@/api/sources';
import { ErrorState } from '@/components/error-state';
import { SkeletonRows } from '@/components/skeleton-rows';
import { SourceSelect } from '@/components/sources/source-select';
import { formatCountOf } from '@/lib/format/numbers';
import { useDashboardActions } from '../state/use-actions';
import classes from './list.module.css';
import { isOpenTelemetry, ofSource, OVERVIEW } from './templates';

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
  const all = useSources().data ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const source = all.find(({ name }) => name === chosen);
  const start = (content: DashboardContent) => {
    onClose();
    actions.create(source === undefined ? content : ofSource(content, source));
  };
  const hasTemplates = source === undefined || isOpenTelemetry(source.mapping);
  const templates = [
    ...(source === undefined ? [] : [OVERVIEW]),
    ...(hasTemplates ? (data ?? []).map(withoutId) : []),
  ];
  return (
    <Modal opened onClose={onClose} title="New dashboard" size="lg">
      <SourceSelect
        className={classes.source}
        value={chosen}
        description={
          hasTemplates
            ? undefined
            : `Other templates read the columns of OpenTelemetry’s table, which ${chosen ?? ''} does not have.`
        }
        onChange={setChosen}
      />
      <ul className={classes.templates}>
        <li>
          <button type="button" className={classes.template} data-autofocus onClick={() => start(EMPTY)}>
            <strong>Empty</strong>
            <span>Add widgets of your own.</span>
          </button>
        </li>
        {templates.map((content) => (
          <li key={content.name}>
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

function withoutId({ name, description, folder, tags, definition }: DashboardTemplate): DashboardContent {
  return { name, description, folder, tags, definition };
}
