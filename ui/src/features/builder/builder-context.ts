import { createContext, use } from 'react';
import type { Field } from '@/api/types';
import type { TimeRange } from '@/lib/time-range/range';
import type { BuilderQuery } from './model/query';

export interface Builder {
  query: BuilderQuery;
  /** Changes under the same name are undone together; a change without one stands by itself. */
  change: (next: BuilderQuery, name?: string) => void;
  undo: () => void;
  redo: () => void;
  canUndo: boolean;
  canRedo: boolean;
  /** Of the time range; empty until they are known. */
  fields: readonly Field[];
  range: TimeRange;
  /** Name of the source; `undefined` is what this server stores. */
  source: string | undefined;
}

export const BuilderContext = createContext<Builder | null>(null);

export function useBuilder(): Builder {
  const builder = use(BuilderContext);
  if (builder === null) throw new Error('BuilderContext has no value');
  return builder;
}

/** Short names of columns, offered before the attributes. */
const COLUMNS = ['time', 'level', 'service', 'message', 'host', 'trace_id', 'span_id'];

/** Every name that a condition may use, each once. */
export function fieldNames(fields: readonly Field[]): string[] {
  return [...new Set([...COLUMNS, ...fields.map(({ name }) => name)])];
}

export function typeOf(fields: readonly Field[], name: string): 'string' | 'number' | null {
  return fields.find((field) => field.name === name)?.type ?? null;
}
