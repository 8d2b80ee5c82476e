import { createContext, use } from 'react';
import { MAXIMUM_WIDTH, MINIMUM_WIDTH } from '@/components/log/columns';

export type ColumnWidths = Partial<Record<string, number>>;

interface ColumnWidthsValue {
  widths: ColumnWidths;
  /** In pixels; null is the column's own width. */
  setWidth: (name: string, width: number | null) => void;
}

export const ColumnWidthsContext = createContext<ColumnWidthsValue>({
  widths: {},
  setWidth: () => undefined,
});

export function useColumnWidths(): ColumnWidthsValue {
  return use(ColumnWidthsContext);
}

/** The widths with one changed, within what can be read and grasped. */
export function withWidth(widths: ColumnWidths, name: string, width: number | null): ColumnWidths {
  const others = Object.fromEntries(Object.entries(widths).filter(([other]) => other !== name));
  if (width === null) return others;
  return { ...others, [name]: Math.round(Math.min(Math.max(width, MINIMUM_WIDTH), MAXIMUM_WIDTH)) };
}
