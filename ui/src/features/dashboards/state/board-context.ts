import { createContext, use } from 'react';
import type { Definition, Widget } from '@/api/dashboards';
import type { TimeZone } from '@/lib/time-range/time-zone';
import type { TimeRange } from '@/lib/time-range/range';
import type { Gate } from '../model/gate';
import type { Values } from '../model/variables';

/** What the widgets of a dashboard share. */
export interface Board {
  definition: Definition;
  range: TimeRange;
  /** When the queries of now were asked for; all relative ranges count from it. */
  askedAt: number;
  values: Values;
  zone: TimeZone;
  isEditing: boolean;
  gate: Gate;
  setRange: (range: TimeRange) => void;
  setValues: (values: Values) => void;
  /** A step of editing; it can be undone. */
  change: (edit: (widgets: Widget[]) => Widget[]) => void;
  /** Opens the editor of a widget. */
  edit: (widget: Widget) => void;
  /** Has a widget ask another source, or all that ask that of the dashboard. */
  setSource: (widget: Widget, source: string) => void;
}

export const BoardContext = createContext<Board | null>(null);

export function useBoard(): Board {
  const board = use(BoardContext);
  if (board === null) throw new Error('BoardContext has no value');
  return board;
}
