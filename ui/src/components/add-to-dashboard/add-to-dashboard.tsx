import { Button, Group, Modal, Select, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '@/api/client';
import {
  dashboards,
  type Definition,
  type Widget,
  type WidgetKind,
  type WidgetQuery,
} from '@/api/dashboards';
import { notifyFailure } from '@/components/notify';
import { placed } from './placed';

interface AddToDashboardProps {
  query: WidgetQuery;
  /** What the widget may show, the first suggested. */
  kinds: { value: WidgetKind; label: string }[];
  /** The time range of a new dashboard: that of what is added, so that it shows the same. */
  range: Pick<Definition, 'from' | 'to'>;
  onClose: () => void;
}

const NEW = 'new';
const COLUMNS = 12;
const HEIGHT = 6;

/** Puts a query as a widget below the others of a dashboard, or on a new one, and opens it. */
export function AddToDashboard({ query, kinds, range, onClose }: AddToDashboardProps) {
  const api = useApi();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { data } = useQuery({
    queryKey: ['dashboards', 'list'],
    queryFn: ({ signal }) => dashboards.list(api, signal),
  });
  const [title, setTitle] = useState(query.text === '' ? 'All rows' : query.text.slice(0, 60));
  const [kind, setKind] = useState<WidgetKind>(kinds[0]?.value ?? 'table');
  const [chosen, setChosen] = useState<string | null>(null);
  const target = chosen ?? data?.[0]?.id ?? NEW;
  const adding = useMutation({
    mutationFn: async () => {
      // `*` is every row; a widget without a text has no query.
      const asked = { ...query, text: query.text === '' ? '*' : query.text };
      const widget = (on: Pick<Definition, 'source'>, y: number): Widget => ({
        id: crypto.randomUUID(),
        kind,
        title,
        query: placed(asked, on),
        layout: { x: 0, y, w: COLUMNS, h: HEIGHT },
        options: kind === 'time_series' ? { style: 'stacked_bar' } : {},
      });
      if (target === NEW) {
        const source = query.source ?? null;
        const definition = {
          variables: [],
          widgets: [widget({ source }, 0)],
          refresh: 0,
          source,
          ...range,
        };
        return dashboards.create(api, { name: title, description: '', folder: '', tags: [], definition });
      }
      const { id, version, name, description, folder, tags, definition } = await dashboards.get(api, target);
      const y = definition.widgets.reduce((bottom, { layout }) => Math.max(bottom, layout.y + layout.h), 0);
      const widgets = [...definition.widgets, widget(definition, y)];
      return dashboards.replace(api, id, {
        name,
        description,
        folder,
        tags,
        version,
        definition: { ...definition, widgets },
      });
    },
    onSuccess: async (saved) => {
      queries.setQueryData(['dashboards', 'one', saved.id], saved);
      await queries.invalidateQueries({ queryKey: ['dashboards', 'list'] });
      onClose();
      await navigate({ to: '/dashboards/$id', params: { id: saved.id } });
    },
    onError: (error) => notifyFailure('It was not added', error),
  });
  return (
    <Modal opened onClose={onClose} title="Add to a dashboard">
      <form
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
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <Select
          label="Show as"
          allowDeselect={false}
          data={kinds}
          value={kind}
          onChange={(next) => next !== null && setKind(next)}
        />
        <Group justify="flex-end" gap="xs" mt="md">
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
