import { Button, SegmentedControl } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useBuilder } from '../builder-context';
import classes from '../builder.module.css';
import { newGroup, newTest, newWords, type Condition, type Group } from '../model/conditions';
import { added, changedGroup } from '../model/edit';
import { ConditionRow } from './condition-row';
import { useDropAt } from './drag';

/** Conditions that all, or of which one, must hold; groups stand inside of groups. */
export function GroupEditor({ group, isRoot = false }: { group: Group; isRoot?: boolean }) {
  const { query, change } = useBuilder();
  const drop = useDropAt(group.id, group.children.length);
  const add = (condition: Condition): void =>
    change({ ...query, root: added(query.root, group.id, condition) });
  return (
    <div className={classes.group} data-root={isRoot || undefined}>
      {(group.children.length > 1 || !isRoot) && (
        <SegmentedControl
          aria-label="Which of these must hold"
          className={classes.join}
          data={[
            { value: 'and', label: 'All of' },
            { value: 'or', label: 'One of' },
          ]}
          value={group.join}
          onChange={(join) =>
            change({
              ...query,
              root: changedGroup(query.root, group.id, (before) => ({ ...before, join })),
            })
          }
        />
      )}
      {group.children.length > 0 && (
        <ul className={classes.conditions}>
          {group.children.map((condition, place) => (
            <ConditionRow key={condition.id} condition={condition} groupId={group.id} place={place} />
          ))}
        </ul>
      )}
      <div
        className={classes.add}
        data-waiting={drop.isWaiting || undefined}
        onDragOver={drop.onDragOver}
        onDrop={drop.onDrop}
      >
        <AddButton onClick={() => add(newTest())}>Condition</AddButton>
        <AddButton onClick={() => add(newWords())}>Text</AddButton>
        <AddButton onClick={() => add({ ...newGroup('or'), children: [newTest()] })}>Group</AddButton>
      </div>
    </div>
  );
}

function AddButton({ onClick, children }: { onClick: () => void; children: string }) {
  return (
    <Button
      variant="subtle"
      size="compact-xs"
      leftSection={<IconPlus size={12} aria-hidden />}
      aria-label={`Add: ${children}`}
      onClick={onClick}
    >
      {children}
    </Button>
  );
}
