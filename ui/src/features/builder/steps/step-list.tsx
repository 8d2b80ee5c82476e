import { Button, Menu } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useBuilder } from '../builder-context';
import classes from '../builder.module.css';
import { newStep, type Step } from '../model/steps';
import { movedStep, STEP_TITLES, StepCard } from './step-card';

const ADDABLE = ['stats', 'timechart', 'top', 'where', 'sort', 'limit'] as const;

/** What is done with the rows, one step after the other. */
export function StepList() {
  const { query, change } = useBuilder();
  const [dragged, setDragged] = useState<number | null>(null);
  const { steps } = query;
  const set = (next: Step[]): void => change({ ...query, steps: next });
  return (
    <>
      {steps.length > 0 && (
        <ol className={classes.steps}>
          {steps.map((step, place) => (
            <StepCard
              key={step.id}
              step={step}
              place={place}
              dragged={dragged}
              onDrag={setDragged}
              onDropAt={(to) => {
                setDragged(null);
                if (dragged !== null && dragged !== to) set(movedStep(steps, dragged, to));
              }}
            />
          ))}
        </ol>
      )}
      <Menu position="bottom-start" withinPortal>
        <Menu.Target>
          <Button variant="default" leftSection={<IconPlus size={14} aria-hidden />}>
            Add a step
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {ADDABLE.map((kind) => (
            <Menu.Item key={kind} onClick={() => set([...steps, newStep(kind)])}>
              {STEP_TITLES[kind]}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
