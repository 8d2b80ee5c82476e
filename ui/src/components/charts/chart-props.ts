import type { TimeZone } from '@/lib/time-range/time-zone';
import type { ChartOptions, PickHandler } from './options';
import type { ResultData } from './result-data';

export interface ChartProps {
  /** For those who do not see it. */
  title: string;
  data: ResultData;
  options: ChartOptions;
  zone: TimeZone;
  /** A stretch of the time axis was chosen; milliseconds since 1970, the end exclusive. */
  onZoom?: ((from: number, to: number) => void) | undefined;
  /** A value was clicked. */
  onPick?: PickHandler | undefined;
  /** A number: the same query over the time before. */
  before?: ResultData | undefined;
}
