import { Button, Group, Modal, Select, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi, type ApiClient } from '@/api/client';
import { dashboards, type Dashboard, type Definition } from '@/api/dashboards';
import { notifyFailure, notifyWithAction } from '@/components/notify';
import type { AddedKind, Addition } from './addition';
import classes from './add-to-dashboard.module.css';
import { placed, withVariables } from './placed';

interface AddToDashboardProps {
  addition: Addition;
  onClose: () => void;
}

const NEW = 'new';
const COLUMNS = 12;
const HEIGHT = 6;

/** Puts a query as a widget below the others of a dashboard, or on a new one, and offers to open it. */
export function AddToDashboard({ addition, onClose }: AddToDashboardProps) {
  const api = useApi();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { data } = useQuery({
    queryKey: ['dashboards', 'list'],
    queryFn: ({ signal }) => dashboards.list(api, signal),
  });
  const { kinds, parameters = [] } = addition;
  const [title, setTitle] = useState(addition.title);
  const [kindName, setKindName] = useState(kinds[0]?.value ?? 'table');
  const [chosen, setChosen] = useState<string | null>(null);
  const target = chosen ?? data?.[0]?.id ?? NEW;
  const adding = useMutation({
    mutationFn: () => {
      const kind = kinds.find(({ value }) => value === kindName) ?? { value: kindName, label: '' };
      return write(api, target, addition, kind, title);
    },
    onSuccess: async (saved) => {
      onClose();
      queries.setQueryData(['dashboards', 'one', saved.id], saved);
      notifyWithAction(`Added to “${saved.name}”.`, 'Open the dashboard', () => {
        void navigate({ to: '/dashboards/$id', params: { id: saved.id } });
      });
      await queries.invalidateQueries({ queryKey: ['dashboards', 'list'] });
    },
    onError: (error) => notifyFailure('It was not added', error),
  });
  return (
    <Modal opened onClose={onClose} title="Add to a dashboard">
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          adding.mutate();
        }}
      >
        <Select
          label="Dashboard"
          allowDeselect={false}
          searchable
          data={[
            ...(data ?? []).map(({ id, name }) => ({ value: id, label: name })),
            { value: NEW, label: 'A new dashboard' },
          ]}
          value={target}
          onChange={setChosen}
        />
        <TextInput
          label="Title"
          required
          data-autofocus
          onFocus={(event) => event.currentTarget.select()}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <Select
          label="Show as"
          allowDeselect={false}
          data={kinds.map(({ value, label }) => ({ value, label }))}
          value={kindName}
          onChange={(next) => next !== null && setKindName(next)}
        />
        {parameters.length > 0 && (
          <p className={classes.note}>
            {parameters.map(({ name }) => name).join(', ')}{' '}
            {parameters.length === 1
              ? 'becomes a variable of the dashboard, with the value it has now.'
              : 'become variables of the dashboard, with the values they have now.'}
          </p>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={adding.isPending}>
            Add
          </Button>
        </Group>
      </form>
    </Modal>
  );
}

async function write(
  api: ApiClient,
  target: string,
  addition: Addition,
  kind: AddedKind,
  title: string,
): Promise<Dashboard> {
  if (target === NEW) {
    const source = addition.query.source ?? null;
    const empty: Definition = { variables: [], widgets: [], refresh: 0, source, ...addition.range };
    const definition = withWidget(empty, addition, kind, title);
    return dashboards.create(api, { name: title, description: '', folder: '', tags: [], definition });
  }
  const { id, version, name, description, folder, tags, definition } = await dashboards.get(api, target);
  return dashboards.replace(api, id, {
    name,
    description,
    folder,
    tags,
    version,
    definition: withWidget(definition, addition, kind, title),
  });
}

/** The widget stands below all others. */
function withWidget(on: Definition, addition: Addition, kind: AddedKind, title: string): Definition {
  const { query, parameters = [] } = addition;
  const { text, added } =
    query.language === 'sql'
      ? withVariables(query.text, parameters, on.variables)
      : // `*` is every row; a widget without a text has no query.
        { text: query.text === '' ? '*' : query.text, added: [] };
  const widget = {
    id: crypto.randomUUID(),
    kind: kind.value,
    title,
    query: placed({ ...query, text }, on),
    layout: {
      x: 0,
      y: on.widgets.reduce((bottom, { layout }) => Math.max(bottom, layout.y + layout.h), 0),
      w: COLUMNS,
      h: HEIGHT,
    },
    options: kind.options ?? {},
  };
  return { ...on, variables: [...on.variables, ...added], widgets: [...on.widgets, widget] };
}
