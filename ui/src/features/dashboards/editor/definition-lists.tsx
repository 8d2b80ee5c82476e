import { Button } from '@mantine/core';
import type { Definition } from '@/api/dashboards';
import { ownSource } from '../model/source';
import { AnnotationFields } from './annotation-fields';
import classes from './editor.module.css';
import { VariableFields } from './variable-fields';

interface DefinitionListProps {
  definition: Definition;
  onChange: (definition: Definition) => void;
}

/** The variables of a dashboard. */
export function VariableList({ definition, onChange }: DefinitionListProps) {
  const { variables } = definition;
  const set = (next: Definition['variables']) => onChange({ ...definition, variables: next });
  const add = () =>
    set([
      ...variables,
      {
        name: `variable_${variables.length + 1}`,
        label: '',
        type: 'list',
        multi: true,
        values: [],
        default: [],
      },
    ]);
  return (
    <>
      <h3 className={classes.section}>Variables</h3>
      <p className={classes.hint}>
        In a search <code>$name</code> in place of a value, in SQL <code>{'{name:String}'}</code>, or{' '}
        <code>{'{name:Array(String)}'}</code> for several.
      </p>
      {variables.map((variable, index) => (
        <VariableFields
          key={index}
          variable={variable}
          none={ownSource(definition)}
          onChange={(next) => set(variables.with(index, next))}
          onRemove={() => set(variables.toSpliced(index, 1))}
        />
      ))}
      <Button variant="default" size="xs" mt="xs" onClick={add}>
        Add a variable
      </Button>
    </>
  );
}

/** The annotations of a dashboard. */
export function AnnotationList({ definition, onChange }: DefinitionListProps) {
  const annotations = definition.annotations ?? [];
  const set = (next: Definition['annotations']) => onChange({ ...definition, annotations: next ?? [] });
  return (
    <>
      <h3 className={classes.section}>Annotations</h3>
      <p className={classes.hint}>
        Records that are marked on every chart over time, such as deployments and restarts.
      </p>
      {annotations.map((annotation, index) => (
        <AnnotationFields
          key={index}
          annotation={annotation}
          onChange={(next) => set(annotations.with(index, next))}
          onRemove={() => set(annotations.toSpliced(index, 1))}
        />
      ))}
      <Button
        variant="default"
        size="xs"
        mt="xs"
        onClick={() => set([...annotations, { name: `Events ${annotations.length + 1}`, query: '' }])}
      >
        Add an annotation
      </Button>
    </>
  );
}
