import type { Unit } from '@/lib/format/units';

export const CHART_KINDS = [
  'time_series',
  'bar',
  'pie',
  'number',
  'table',
  'heat_map',
  'histogram',
  'top_list',
] as const;
export type ChartKind = (typeof CHART_KINDS)[number];

export type Tone = 'good' | 'caution' | 'bad';

export interface Threshold {
  /** From this value on. */
  value: number;
  tone: Tone;
}

export type Reduction = 'last' | 'sum' | 'mean' | 'min' | 'max';

/** How a chart looks; what does not concern a kind is ignored by it. */
export interface ChartOptions {
  style?: 'line' | 'area' | 'stacked_bar' | undefined;
  unit?: Unit | undefined;
  decimals?: number | null | undefined;
  thresholds?: Threshold[] | undefined;
  legend?: 'bottom' | 'right' | 'hidden' | undefined;
  /** Ends of the value axis; open where they are missing. */
  min?: number | null | undefined;
  max?: number | null | undefined;
  logarithmic?: boolean | undefined;
  axis_title?: string | undefined;
  /** Bars from left to right. */
  horizontal?: boolean | undefined;
  /** A number: what of a series of values it shows. */
  reduce?: Reduction | undefined;
  /** A number: more is worse. */
  more_is_worse?: boolean | undefined;
}

/** The tone of the highest threshold that a value reaches; `null` is none. */
export function toneOf(value: number, thresholds: Threshold[] | undefined): Tone | null {
  const reached = (thresholds ?? []).filter((threshold) => value >= threshold.value);
  return (
    reached.reduce<Threshold | null>(
      (best, one) => (best === null || one.value > best.value ? one : best),
      null,
    )?.tone ?? null
  );
}

/** A click on what a chart shows: the columns and values that name it. */
export type PickHandler = (keys: { column: string; value: string }[]) => void;
