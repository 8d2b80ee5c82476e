import { ActionIcon, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import type { Annotation } from '@/api/dashboards';
import { hasPipe } from '@/lib/query-language/pipe';
import classes from './editor.module.css';

interface AnnotationFieldsProps {
  annotation: Annotation;
  onChange: (annotation: Annotation) => void;
  onRemove: () => void;
}

/** An annotation: its name, and which records it marks. */
export function AnnotationFields({ annotation, onChange, onRemove }: AnnotationFieldsProps) {
  const { name, query } = annotation;
  return (
    <div className={classes.annotation} role="group" aria-label={`Annotation ${name}`}>
      <TextInput
        label="Name"
        required
        maxLength={200}
        value={name}
        onChange={(event) => onChange({ ...annotation, name: event.currentTarget.value })}
      />
      <TextInput
        label="Search"
        required
        spellCheck={false}
        classNames={{ input: classes.code }}
        placeholder={'"deployed" service:$service'}
        error={hasPipe(query) ? 'Records are marked, so a search without pipes.' : undefined}
        value={query}
        onChange={(event) => onChange({ ...annotation, query: event.currentTarget.value })}
      />
      <ActionIcon aria-label={`Remove the annotation ${name}`} onClick={onRemove}>
        <IconTrash size={15} aria-hidden />
      </ActionIcon>
    </div>
  );
}
