import { ActionIcon, Tooltip } from '@mantine/core';
import { IconGripVertical, IconTrash } from '@tabler/icons-react';
import { use, type KeyboardEvent } from 'react';
import { useBuilder } from '../builder-context';
import classes from '../builder.module.css';
import type { Condition } from '../model/conditions';
import { moved, replaced, type Move } from '../model/edit';
import { DragContext, useDropAt } from './drag';
import { GroupEditor } from './group-editor';
import { isTurned, TestEditor } from './test-editor';
import { WordsEditor } from './words-editor';

const MOVES: Partial<Record<string, Move>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowRight: 'in',
  ArrowLeft: 'out',
};

/** Tests say their negation by themselves, where there is a word for it. */
function hasNot(condition: Condition): condition is Exclude<Condition, { kind: 'kept' }> {
  return (
    condition.kind === 'group' ||
    condition.kind === 'words' ||
    (condition.kind === 'test' && isTurned(condition))
  );
}

interface ConditionRowProps {
  condition: Condition;
  groupId: number;
  place: number;
}

/** A condition of a group: its handle moves it by mouse, and by the arrow keys when it has the focus. */
export function ConditionRow({ condition, groupId, place }: ConditionRowProps) {
  const { query, change } = useBuilder();
  const { dragged, setDragged } = use(DragContext);
  const drop = useDropAt(groupId, place);
  const { root } = query;

  const onHandleKey = (event: KeyboardEvent<HTMLElement>): void => {
    const move = MOVES[event.key];
    if (move === undefined) {
      if (event.key === 'Delete') change({ ...query, root: replaced(root, condition.id, null) });
      return;
    }
    event.preventDefault();
    change({ ...query, root: moved(root, condition.id, move) });
    const { id } = event.currentTarget;
    requestAnimationFrame(() => document.getElementById(id)?.focus());
  };
  const onChange = (next: Condition, name?: string): void =>
    change({ ...query, root: replaced(root, condition.id, next) }, name);

  return (
    <li
      className={classes.condition}
      data-dragged={dragged === condition.id || undefined}
      data-waiting={(drop.isWaiting && dragged !== condition.id) || undefined}
      onDragOver={drop.onDragOver}
      onDrop={drop.onDrop}
    >
      <Tooltip label="Drag, or move with the arrow keys">
        <button
          type="button"
          id={`condition-${condition.id}`}
          className={classes.handle}
          aria-label="Move this condition"
          draggable
          onDragStart={(event) => {
            event.dataTransfer.effectAllowed = 'move';
            setDragged(condition.id);
          }}
          onDragEnd={() => setDragged(null)}
          onKeyDown={onHandleKey}
        >
          <IconGripVertical size={14} aria-hidden />
        </button>
      </Tooltip>
      {hasNot(condition) && (
        <button
          type="button"
          className={classes.not}
          aria-pressed={condition.isNegated}
          aria-label="Not"
          onClick={() => onChange({ ...condition, isNegated: !condition.isNegated })}
        >
          NOT
        </button>
      )}
      {condition.kind === 'group' && <GroupEditor group={condition} />}
      {condition.kind === 'test' && <TestEditor condition={condition} onChange={onChange} />}
      {condition.kind === 'words' && <WordsEditor condition={condition} onChange={onChange} />}
      {condition.kind === 'kept' && (
        <code className={classes.kept} title="Kept as it is written: there are no inputs for it">
          {condition.source}
        </code>
      )}
      <ActionIcon
        size="sm"
        aria-label="Remove this condition"
        title="Remove this condition"
        onClick={() => change({ ...query, root: replaced(root, condition.id, null) })}
      >
        <IconTrash size={14} aria-hidden />
      </ActionIcon>
    </li>
  );
}
