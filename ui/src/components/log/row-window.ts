import { useEffect, useLayoutEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { RowPlaces, RowWindowOptions, VisibleRows } from './row-places';
import { UniformRows } from './uniform-rows';

/**
 * The rows in sight of a scrolling element; every change of the options is taken up before the next paint. What measures
 * rows is loaded when it is first wanted: until then they have one height, and there is no `measureElement`.
 */
export function useRowWindow(
  next: RowWindowOptions & { isMeasured: boolean },
): [VisibleRows, Pick<RowPlaces, 'reveal' | 'measureElement'>] {
  const { count, rowHeight, headerHeight, keyOf, scroller, isMeasured } = next;
  const [makeMeasured, setMakeMeasured] = useState<(() => RowPlaces) | null>(null);
  useEffect(() => {
    if (!isMeasured) return undefined;
    let isGone = false;
    import('./measured-rows').then(
      ({ MeasuredRows }) => {
        if (!isGone) setMakeMeasured(() => () => new MeasuredRows());
      },
      () => undefined,
    );
    return () => {
      isGone = true;
    };
  }, [isMeasured]);
  const places: RowPlaces = useMemo(
    () => (isMeasured && makeMeasured !== null ? makeMeasured() : new UniformRows()),
    [isMeasured, makeMeasured],
  );
  const visible = useSyncExternalStore(places.subscribe, places.get);
  useLayoutEffect(
    () => places.update({ count, rowHeight, headerHeight, keyOf, scroller }),
    [places, count, rowHeight, headerHeight, keyOf, scroller],
  );
  useLayoutEffect(() => places.mount(), [places]);
  return [visible, places];
}
