import { Button, Group, Modal, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { DashboardContent } from '@/api/dashboards';
import { SourceSelect } from '@/components/sources/source-select';
import type { Draft } from '../state/use-board';
import { AnnotationList, VariableList } from './definition-lists';

interface SettingsDialogProps {
  draft: Draft;
  onChanged: () => void;
  onClose: () => void;
}

/** Name, folder, tags, source, variables and annotations of a dashboard: a step of editing, as any other. */
export function SettingsDialog({ draft, onChanged, onClose }: SettingsDialogProps) {
  const [content, setContent] = useState<DashboardContent>(draft.content);
  const set = (change: Partial<DashboardContent>) => setContent((known) => ({ ...known, ...change }));
  const { definition } = content;
  const apply = () => {
    draft.change(() => content);
    onChanged();
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title="Dashboard" size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          apply();
        }}
      >
        <TextInput
          label="Name"
          data-autofocus
          required
          value={content.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <Textarea
          label="Description"
          size="xs"
          autosize
          minRows={2}
          value={content.description}
          onChange={(event) => set({ description: event.currentTarget.value })}
        />
        <Group grow align="start">
          <TextInput
            label="Folder"
            placeholder="Web/Shop"
            value={content.folder}
            onChange={(event) => set({ folder: event.currentTarget.value })}
          />
          <TagsInput label="Tags" size="xs" value={content.tags} onChange={(tags) => set({ tags })} />
        </Group>
        <Group grow align="start">
          <TextInput
            label="Opens with the range from"
            placeholder="now-15m"
            value={definition.from ?? ''}
            onChange={(event) =>
              set({ definition: { ...definition, from: event.currentTarget.value || null } })
            }
          />
          <TextInput
            label="to"
            placeholder="now"
            value={definition.to ?? ''}
            onChange={(event) =>
              set({ definition: { ...definition, to: event.currentTarget.value || null } })
            }
          />
        </Group>
        <SourceSelect
          value={definition.source}
          description="What widgets, variables and annotations read unless they name another one."
          onChange={(source) => set({ definition: { ...definition, source } })}
        />
        <VariableList definition={definition} onChange={(next) => set({ definition: next })} />
        <AnnotationList definition={definition} onChange={(next) => set({ definition: next })} />
        <Group justify="flex-end" mt="md">
          <Group gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit">Apply</Button>
          </Group>
        </Group>
      </form>
    </Modal>
  );
}
