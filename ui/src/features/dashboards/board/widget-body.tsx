import { Button } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { Widget } from '@/api/dashboards';
import type { PickHandler } from '@/components/charts/options';
import { ResultChart } from '@/components/charts/result-chart';
import { plainMessage } from '@/components/notify';
import { ChooseSource } from '@/components/sources/choose-source';
import { knownInstead } from '@/components/sources/known-sources';
import { absoluteRange } from '@/lib/time-range/range';
import { sourceOf } from '../model/source';
import { withPicked } from '../model/variables';
import { useBoard } from '../state/board-context';
import type { WidgetData } from '../state/use-widget-data';
import classes from './widget.module.css';

const LogList = lazy(() => import('./log-list'));
const TextWidget = lazy(() => import('./text-widget'));

interface WidgetBodyProps {
  widget: Widget;
  answer: WidgetData;
  /** Left out where the form of the widget stands beside it. */
  onSource?: (source: string) => void;
}

/** What a widget shows: its chart, or why there is none. */
export function WidgetBody({ widget, answer, onSource }: WidgetBodyProps) {
  const { zone, setRange, values, setValues, definition } = useBoard();
  const skeleton = <div className={classes.skeleton} role="status" aria-label="Loading" />;
  if (widget.kind === 'text') {
    const text = typeof widget.options.text === 'string' ? widget.options.text : '';
    return (
      <Suspense fallback={skeleton}>
        <TextWidget text={text} />
      </Suspense>
    );
  }
  if (widget.query == null || widget.query.text === '') {
    return <div className={classes.problem}>This widget has no query yet. Edit it to give it one.</div>;
  }
  if (answer.error !== null) {
    const others = onSource === undefined ? null : knownInstead(answer.error);
    return (
      <div className={classes.problem} role="alert">
        <span>{plainMessage(answer.error)}</span>
        {others !== null && onSource !== undefined ? (
          <ChooseSource names={others} onChoose={onSource} />
        ) : (
          <Button variant="default" size="compact-xs" onClick={answer.retry}>
            Try again
          </Button>
        )}
      </div>
    );
  }
  if (answer.data === undefined) return skeleton;
  // Rows of the table have no columns here; a pipe or SQL makes other rows.
  if (widget.kind === 'logs' && answer.data.columns.length === 0) {
    return (
      <Suspense fallback={skeleton}>
        <LogList
          title={widget.title}
          data={answer.data}
          zone={zone}
          source={sourceOf(widget.query, definition)}
        />
      </Suspense>
    );
  }
  const onPick: PickHandler = (keys) => {
    const next = keys.reduce(
      (known, { column, value }) => withPicked(definition.variables, known, column, value) ?? known,
      values,
    );
    if (next !== values) setValues(next);
  };
  const columns = answer.data.columns.map(({ name }) => name);
  const canPick = columns.some((column) => withPicked(definition.variables, values, column, '') !== null);
  return (
    <div className={classes.fill} data-stale={answer.isStale || undefined}>
      <ResultChart
        kind={widget.kind === 'logs' ? 'table' : widget.kind}
        title={widget.title}
        data={answer.data}
        before={answer.before}
        options={widget.options}
        zone={zone}
        onZoom={(from, to) => setRange(absoluteRange(from, to))}
        onPick={canPick ? onPick : undefined}
      />
    </div>
  );
}
