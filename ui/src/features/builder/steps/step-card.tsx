import { ActionIcon, NumberInput, Tooltip } from '@mantine/core';
import { IconGripVertical, IconTrash } from '@tabler/icons-react';
import type { KeyboardEvent } from 'react';
import { useBuilder } from '../builder-context';
import classes from '../builder.module.css';
import { FieldInput } from '../field-input';
import { columnsBefore, type Step, type TimechartStep } from '../model/steps';
import { AggregateList } from './aggregate-list';
import { KeyList, WidthSelect } from './key-list';
import { LimitEditor, SortEditor, TopEditor, WhereEditor } from './step-editors';

export const STEP_TITLES: Record<Step['kind'], string> = {
  stats: 'Group and compute',
  timechart: 'Over time',
  top: 'Most frequent values',
  where: 'Only where',
  sort: 'Order',
  limit: 'Limit',
  kept: 'As written',
};

interface StepCardProps {
  step: Step;
  place: number;
  dragged: number | null;
  onDrag: (place: number | null) => void;
  onDropAt: (place: number) => void;
}

/** One step: what it does, and a handle that moves it by mouse and by the arrow keys. */
export function StepCard({ step, place, dragged, onDrag, onDropAt }: StepCardProps) {
  const { query, change } = useBuilder();
  const { steps } = query;
  const set = (next: Step[], name?: string): void => change({ ...query, steps: next }, name);
  const onChange = (next: Step, name?: string): void =>
    set(
      steps.map((one) => (one.id === step.id ? next : one)),
      name,
    );
  const onHandleKey = (event: KeyboardEvent<HTMLElement>): void => {
    const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    const { id } = event.currentTarget;
    if (step === 0 || place + step < 0 || place + step >= steps.length) return;
    event.preventDefault();
    set(movedStep(steps, place, place + step));
    requestAnimationFrame(() => document.getElementById(id)?.focus());
  };
  return (
    <li
      className={classes.step}
      data-dragged={dragged === place || undefined}
      data-waiting={(dragged !== null && dragged !== place) || undefined}
      onDragOver={(event) => {
        if (dragged !== null) event.preventDefault();
      }}
      onDrop={(event) => {
        event.preventDefault();
        onDropAt(place);
      }}
    >
      <div className={classes.stepHead}>
        <Tooltip label="Drag, or move with the arrow keys">
          <button
            type="button"
            id={`step-${step.id}`}
            className={classes.handle}
            aria-label={`Move the step ${STEP_TITLES[step.kind]}`}
            draggable
            onDragStart={(event) => {
              event.dataTransfer.effectAllowed = 'move';
              onDrag(place);
            }}
            onDragEnd={() => onDrag(null)}
            onKeyDown={onHandleKey}
          >
            <IconGripVertical size={14} aria-hidden />
          </button>
        </Tooltip>
        <h3 className={classes.stepTitle}>{STEP_TITLES[step.kind]}</h3>
        <ActionIcon
          size="sm"
          aria-label={`Remove the step ${STEP_TITLES[step.kind]}`}
          title={`Remove the step ${STEP_TITLES[step.kind]}`}
          onClick={() => set(steps.filter(({ id }) => id !== step.id))}
        >
          <IconTrash size={14} aria-hidden />
        </ActionIcon>
      </div>
      <div className={classes.stepBody}>
        <StepEditor step={step} onChange={onChange} columns={columnsBefore(steps, place)} />
      </div>
    </li>
  );
}

/** The steps with one of them at another place. */
export function movedStep(steps: readonly Step[], from: number, to: number): Step[] {
  const step = steps[from];
  if (step === undefined) return [...steps];
  const rest = steps.filter((_, place) => place !== from);
  return [...rest.slice(0, to), step, ...rest.slice(to)];
}

interface StepEditorProps {
  step: Step;
  onChange: (next: Step, name?: string) => void;
  columns: readonly string[] | null;
}

function StepEditor({ step, onChange, columns }: StepEditorProps) {
  switch (step.kind) {
    case 'stats':
      return (
        <>
          <AggregateList
            aggregates={step.aggregates}
            onChange={(aggregates, name) => onChange({ ...step, aggregates }, name)}
          />
          <KeyList keys={step.by} onChange={(by, name) => onChange({ ...step, by }, name)} />
        </>
      );
    case 'timechart':
      return <TimechartEditor step={step} onChange={onChange} />;
    case 'top':
      return <TopEditor step={step} onChange={onChange} columns={columns} />;
    case 'where':
      return <WhereEditor step={step} onChange={onChange} columns={columns} />;
    case 'sort':
      return <SortEditor step={step} onChange={onChange} columns={columns} />;
    case 'limit':
      return <LimitEditor step={step} onChange={onChange} columns={columns} />;
    case 'kept':
      return (
        <code className={classes.kept} title="Kept as it is written: there are no inputs for it">
          {step.source}
        </code>
      );
  }
}

function TimechartEditor({
  step,
  onChange,
}: {
  step: TimechartStep;
  onChange: (next: Step, name?: string) => void;
}) {
  return (
    <>
      <AggregateList
        aggregates={step.aggregates}
        onChange={(aggregates, name) => onChange({ ...step, aggregates }, name)}
      />
      <div className={classes.line}>
        <WidthSelect value={step.width} onChange={(width) => onChange({ ...step, width })} />
        <span className={classes.and}>a line for each</span>
        <FieldInput
          label="A line for each"
          placeholder="no field"
          value={step.by}
          onChange={(by) => onChange({ ...step, by }, `timechart ${step.id}`)}
        />
        {step.by !== '' && (
          <>
            <span className={classes.and}>at most</span>
            <NumberInput
              size="xs"
              aria-label="Most lines"
              className={classes.count}
              min={1}
              max={100}
              allowDecimal={false}
              value={step.limit}
              onChange={(value) =>
                onChange(
                  { ...step, limit: typeof value === 'number' ? value : step.limit },
                  `lines ${step.id}`,
                )
              }
            />
          </>
        )}
      </div>
    </>
  );
}
