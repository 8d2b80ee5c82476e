import { TimePicker } from '@/components/time-picker/time-picker';
import { isSameRange, type TimeRange } from '@/lib/time-range/range';
import { useExplore } from '../state/explore-context';
import { useStored, withRecent } from '../state/stored';

const RECENT_LIMIT = 6;

/** The time range of the search; what was chosen is remembered. */
export function ExploreTime() {
  const { search, zone, setRange } = useExplore();
  const [recent, setRecent] = useStored<TimeRange[]>('ranges', []);
  return (
    <TimePicker
      group="Explore"
      range={search.range}
      zone={zone}
      recent={recent}
      onChoose={(range) => {
        setRecent(withRecent(recent, range, RECENT_LIMIT, isSameRange));
        setRange(range);
      }}
    />
  );
}
