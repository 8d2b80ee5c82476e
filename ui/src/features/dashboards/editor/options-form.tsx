import { Checkbox, NumberInput, Select, TextInput } from '@mantine/core';
import type { Widget, WidgetKind } from '@/api/dashboards';
import type { ChartOptions } from '@/components/charts/options';
import { UNIT_NAMES, UNITS } from '@/lib/format/units';
import classes from './editor.module.css';
import { ThresholdsField } from './thresholds-field';

interface OptionsFormProps {
  widget: Widget;
  onChange: (change: Partial<Widget>) => void;
}

type Options = ChartOptions & { compare?: boolean };

const FIGURES: WidgetKind[] = [
  'time_series',
  'bar',
  'pie',
  'number',
  'table',
  'heat_map',
  'histogram',
  'top_list',
];
const AXES: WidgetKind[] = ['time_series', 'bar'];

/** How a widget looks: only what concerns its kind. */
export function OptionsForm({ widget, onChange }: OptionsFormProps) {
  const { kind } = widget;
  const options = widget.options as Options;
  const set = (change: Options) => onChange({ options: { ...widget.options, ...change } });
  const limit = (value: string | number) => (value === '' ? null : Number(value));
  return (
    <div className={classes.options}>
      {kind === 'time_series' && (
        <Select
          label="Drawn as"
          allowDeselect={false}
          data={[
            { value: 'line', label: 'Lines' },
            { value: 'area', label: 'Areas, stacked' },
            { value: 'stacked_bar', label: 'Bars, stacked' },
          ]}
          value={options.style ?? 'line'}
          onChange={(style) => style !== null && set({ style })}
        />
      )}
      {kind === 'number' && (
        <Select
          label="Of several values"
          allowDeselect={false}
          data={[
            { value: 'sum', label: 'Sum' },
            { value: 'last', label: 'Last' },
            { value: 'mean', label: 'Mean' },
            { value: 'min', label: 'Least' },
            { value: 'max', label: 'Greatest' },
          ]}
          value={options.reduce ?? 'sum'}
          onChange={(reduce) => reduce !== null && set({ reduce })}
        />
      )}
      {FIGURES.includes(kind) && (
        <Select
          label="Unit"
          allowDeselect={false}
          data={UNITS.map((unit) => ({ value: unit, label: UNIT_NAMES[unit] }))}
          value={options.unit ?? 'none'}
          onChange={(unit) => unit !== null && set({ unit })}
        />
      )}
      {(kind === 'time_series' || kind === 'pie') && (
        <Select
          label="Legend"
          allowDeselect={false}
          data={[
            { value: 'bottom', label: 'Below' },
            { value: 'right', label: 'On the right' },
            { value: 'hidden', label: 'None' },
          ]}
          value={options.legend ?? (kind === 'pie' ? 'right' : 'bottom')}
          onChange={(legend) => legend !== null && set({ legend })}
        />
      )}
      {AXES.includes(kind) && (
        <>
          <NumberInput
            size="xs"
            label="Axis from"
            value={options.min ?? ''}
            onChange={(min) => set({ min: limit(min) })}
          />
          <NumberInput
            size="xs"
            label="Axis to"
            value={options.max ?? ''}
            onChange={(max) => set({ max: limit(max) })}
          />
        </>
      )}
      {kind === 'time_series' && (
        <TextInput
          label="Title of the axis"
          value={options.axis_title ?? ''}
          onChange={(event) => set({ axis_title: event.currentTarget.value })}
        />
      )}
      {kind !== 'text' && (
        <TextInput
          label="Time range of its own"
          placeholder="that of the dashboard"
          value={widget.from ?? ''}
          onChange={(event) =>
            onChange({
              from: event.currentTarget.value === '' ? null : event.currentTarget.value,
              to: event.currentTarget.value === '' ? null : 'now',
            })
          }
          description="From, such as now-7d"
          inputWrapperOrder={['label', 'input', 'description']}
        />
      )}
      <div className={classes.checks}>
        {[...AXES, 'histogram'].includes(kind) && (
          <Checkbox
            label="Logarithmic axis"
            checked={options.logarithmic === true}
            onChange={(event) => set({ logarithmic: event.currentTarget.checked })}
          />
        )}
        {kind === 'bar' && (
          <Checkbox
            label="Bars from left to right"
            checked={options.horizontal === true}
            onChange={(event) => set({ horizontal: event.currentTarget.checked })}
          />
        )}
        {kind === 'number' && (
          <>
            <Checkbox
              label="Compare with the time before"
              checked={options.compare === true}
              onChange={(event) => set({ compare: event.currentTarget.checked })}
            />
            <Checkbox
              label="More is worse"
              checked={options.more_is_worse === true}
              onChange={(event) => set({ more_is_worse: event.currentTarget.checked })}
            />
          </>
        )}
      </div>
      {['time_series', 'bar', 'number', 'table', 'top_list'].includes(kind) && (
        <ThresholdsField
          thresholds={options.thresholds ?? []}
          onChange={(thresholds) => set({ thresholds })}
        />
      )}
    </div>
  );
}
