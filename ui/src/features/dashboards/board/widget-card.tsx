import { ActionIcon, Tooltip } from '@mantine/core';
import { IconArrowsMove, IconLoader2 } from '@tabler/icons-react';
import { CatchBoundary, type ErrorComponentProps } from '@tanstack/react-router';
import { use, useEffect, useRef, type KeyboardEvent } from 'react';
import type { Widget } from '@/api/dashboards';
import { moved, resized } from '../model/layout';
import { useBoard } from '../state/board-context';
import { PrintContext } from '../state/use-print';
import { useSeen } from '../state/use-seen';
import { useWidgetData } from '../state/use-widget-data';
import { WidgetBody } from './widget-body';
import { WidgetMenu } from './widget-menu';
import classes from './widget.module.css';

const STEPS: Record<string, [columns: number, rows: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** A widget with its head. Its size is the grid's, whatever it shows. */
export function WidgetCard({ widget }: { widget: Widget }) {
  const { isEditing, setSource } = useBoard();
  const [element, isSeen] = useSeen();
  const isPrinting = use(PrintContext);
  const answer = useWidgetData(widget, isSeen || isPrinting);
  const title = widget.title === '' ? 'Untitled' : widget.title;
  const body = useRef<HTMLDivElement>(null);
  return (
    <section ref={element} className={classes.card} aria-label={title} aria-busy={answer.isFetching}>
      <header className={classes.head} data-drags={isEditing || undefined}>
        {isEditing && <MoveHandle widget={widget} />}
        <h2 className={classes.title} title={title}>
          {widget.title}
        </h2>
        {widget.from != null && widget.from !== '' && <span className={classes.range}>{widget.from}</span>}
        {answer.isFetching && answer.data !== undefined && (
          <IconLoader2 size={13} aria-hidden className={classes.busy} />
        )}
        <WidgetMenu widget={widget} answer={answer} body={body} />
      </header>
      <div className={classes.body} ref={body}>
        <CatchBoundary
          getResetKey={() => JSON.stringify([widget.kind, widget.query, widget.options])}
          errorComponent={WidgetFault}
        >
          <WidgetBody widget={widget} answer={answer} onSource={(source) => setSource(widget, source)} />
        </CatchBoundary>
      </div>
    </section>
  );
}

/** A fault of one widget leaves the others. */
function WidgetFault({ error }: ErrorComponentProps) {
  return (
    <div className={classes.problem} role="alert">
      This widget failed. {error instanceof Error ? error.message : String(error)}
    </div>
  );
}

/** Where a widget is dragged by, and moved and sized with the arrow keys. */
function MoveHandle({ widget }: { widget: Widget }) {
  const { change } = useBoard();
  const button = useRef<HTMLButtonElement>(null);
  const isMoving = useRef(false);
  // Widgets stand in the order in which they are read, so a step can move the element, which loses the focus by that.
  useEffect(() => {
    if (isMoving.current) button.current?.focus();
    isMoving.current = false;
  }, [widget.layout]);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    isMoving.current = true;
    const edit = event.shiftKey ? resized : moved;
    change((widgets) => edit(widgets, widget.id, ...step));
  };
  return (
    <Tooltip label="Drag, or press the arrow keys; with Shift they change the size">
      <ActionIcon
        ref={button}
        size={22}
        className={classes.handle}
        aria-label={`Move ${widget.title}: arrow keys move, Shift with arrow keys resizes`}
        onKeyDown={onKeyDown}
      >
        <IconArrowsMove size={14} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
