import { Tooltip } from '@mantine/core';
import { plainMessage } from '@/components/notify';
import { MARKS_LIMIT, type AnnotationMarks } from '../state/use-annotations';
import classes from './board.module.css';

interface AnnotationBarProps {
  annotations: AnnotationMarks[];
  /** Names of those that are not drawn. */
  hidden: ReadonlySet<string>;
  onHide: (hidden: ReadonlySet<string>) => void;
}

/** What is marked on the charts; a click shows or hides it. */
export function AnnotationBar({ annotations, hidden, onHide }: AnnotationBarProps) {
  if (annotations.length === 0) return null;
  const toggle = (name: string) => {
    const next = new Set(hidden);
    if (!next.delete(name)) next.add(name);
    onHide(next);
  };
  return (
    <div className={classes.annotations} role="group" aria-label="Annotations">
      {annotations.map(({ annotation: { name, query }, colour, marks, error }) => (
        <Tooltip key={name} label={error === null ? query : plainMessage(error)} multiline maw={420}>
          <button
            type="button"
            className={classes.annotation}
            aria-pressed={!hidden.has(name)}
            data-failed={error !== null || undefined}
            onClick={() => toggle(name)}
          >
            <span className={classes.annotationSign} style={{ borderColor: `var(${colour})` }} aria-hidden />
            {name}
            <span className={classes.annotationCount}>
              {error === null ? countText(marks.length) : 'failed'}
            </span>
          </button>
        </Tooltip>
      ))}
    </div>
  );
}

function countText(count: number): string {
  return count < MARKS_LIMIT ? String(count) : `the newest ${MARKS_LIMIT}`;
}
