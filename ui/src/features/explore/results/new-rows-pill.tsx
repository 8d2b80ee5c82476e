import { IconArrowUp } from '@tabler/icons-react';
import { formatCountOf } from '@/lib/format/numbers';
import { useExplore } from '../state/explore-context';
import { useNewerRows } from './use-newer-rows';
import classes from './results.module.css';

/** New rows wait here, so that nothing moves under the eyes of whoever reads. */
export function NewRowsPill() {
  const { refresh } = useExplore();
  const count = useNewerRows();
  return (
    <div role="status" className={classes.pillPlace}>
      {count > 0 && (
        <button type="button" className={classes.pill} onClick={refresh}>
          <IconArrowUp size={13} aria-hidden />
          {formatCountOf(count, 'new row')}
        </button>
      )}
    </div>
  );
}
