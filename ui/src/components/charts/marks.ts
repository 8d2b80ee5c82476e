import { createContext } from 'react';
import { bucketAt, type SeriesData } from './series';

/** An event that is drawn over the charts over time. */
export interface Mark {
  /** Milliseconds since 1970. */
  time: number;
  /** What kind of event it is. */
  name: string;
  text: string;
  /** A custom property of tokens.css. */
  colour: string;
}

/** The marks of a page; charts by themselves have none. */
export const MarksContext = createContext<readonly Mark[]>([]);

/** Where a mark is between the left (0) and the right edge (1) of a plot; `null` outside. */
export function placeOf({ time }: Mark, data: SeriesData): number | null {
  const bucket = bucketAt(data, time);
  if (bucket < 0) return null;
  const within = Math.min((time - (data.times[bucket] ?? time)) / data.bucketMs, 1);
  return (bucket + within) / data.times.length;
}

/** Those in the buckets from `first` to `last`. */
export function marksIn(marks: readonly Mark[], data: SeriesData, first: number, last: number): Mark[] {
  return marks.filter(({ time }) => {
    const bucket = bucketAt(data, time);
    return bucket >= first && bucket <= last && bucket >= 0;
  });
}
