import { createContext, use, useMemo } from 'react';
import { MAXIMUM_WIDTH, MINIMUM_WIDTH } from '@/components/log/columns';
import { isValueFormat, type ValueFormat } from '@/components/log/value-format';
import { useStored } from '../state/stored';
import type { Highlighted } from './word-marks';

type Widths = Partial<Record<string, number>>;
type Formats = Partial<Record<string, ValueFormat>>;

/** How the table is drawn, as this browser or desktop remembers it; which columns there are is in the address. */
export interface TableLook {
  widths: Widths;
  /** In pixels; null is the column's own width. */
  setWidth: (name: string, width: number | null) => void;
  formats: Formats;
  /** Null writes values as they came. */
  setFormat: (name: string, format: ValueFormat | null) => void;
  highlights: readonly Highlighted[];
  setHighlights: (highlights: Highlighted[]) => void;
}

export const TableLookContext = createContext<TableLook>({
  widths: {},
  setWidth: () => undefined,
  formats: {},
  setFormat: () => undefined,
  highlights: [],
  setHighlights: () => undefined,
});

export function useTableLook(): TableLook {
  return use(TableLookContext);
}

function changed<T>(
  record: Partial<Record<string, T>>,
  name: string,
  value: T | null,
): Partial<Record<string, T>> {
  const others = Object.fromEntries(Object.entries(record).filter(([other]) => other !== name));
  return value === null ? others : { ...others, [name]: value };
}

/** A width within what can be read and grasped. */
export function boundedWidth(width: number): number {
  return Math.round(Math.min(Math.max(width, MINIMUM_WIDTH), MAXIMUM_WIDTH));
}

export function useStoredTableLook(): TableLook {
  const [widths, setWidths] = useStored<Widths>('column-widths', {});
  const [storedFormats, setFormats] = useStored<Record<string, unknown>>('column-formats', {});
  const [highlights, setHighlights] = useStored<Highlighted[]>('highlights', []);
  return useMemo(() => {
    const formats: Formats = {};
    for (const [name, format] of Object.entries(storedFormats))
      if (isValueFormat(format)) formats[name] = format;
    return {
      widths,
      setWidth: (name, width) =>
        setWidths(changed(widths, name, width === null ? null : boundedWidth(width))),
      formats,
      setFormat: (name, format) => setFormats(changed<unknown>(formats, name, format)),
      highlights,
      setHighlights,
    };
  }, [widths, setWidths, storedFormats, setFormats, highlights, setHighlights]);
}
