import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { Fragment, useState } from 'react';
import type { DeadLetterList } from '@/api/types';
import { EmptyState } from '@/components/empty-state';
import { formatBytes, formatCount, formatCountOf } from '@/lib/format/numbers';
import { formatTimeExact, formatTimeToSecond } from '@/lib/format/time';
import { zoneName } from '@/lib/time-range/time-zone';
import { usePreferences } from '@/lib/preferences/preferences';
import { RefusedBatch } from './refused-batch';
import classes from './refused-batches.module.css';

/** Batches that ClickHouse refused for their content, and damaged pieces of the spool. */
export function RefusedBatches({ list }: { list: DeadLetterList }) {
  const [{ timeZone }] = usePreferences();
  const [openId, setOpenId] = useState<string | null>(null);
  if (list.dead_letters.length === 0) {
    return (
      <EmptyState title="Nothing was refused">
        Records that ClickHouse refuses for their content are kept here with the reason, and can be sent again
        once it is mended. Nothing else waits for them.
      </EmptyState>
    );
  }
  return (
    <>
      <table className={classes.table}>
        <thead>
          <tr>
            <th>Refused, {zoneName(timeZone)}</th>
            <th className={classes.number}>Rows</th>
            <th className={classes.number}>Size</th>
            <th>Reason</th>
          </tr>
        </thead>
        <tbody>
          {list.dead_letters.map((letter) => {
            const open = letter.id === openId;
            const Chevron = open ? IconChevronDown : IconChevronRight;
            const toggle = (): void => setOpenId(open ? null : letter.id);
            return (
              <Fragment key={letter.id}>
                <tr className={classes.row} data-open={open || undefined} onClick={toggle}>
                  <td title={formatTimeExact(letter.time, timeZone)}>
                    <button
                      type="button"
                      className={classes.toggle}
                      aria-expanded={open}
                      onClick={(event) => {
                        event.stopPropagation();
                        toggle();
                      }}
                    >
                      <Chevron size={14} aria-hidden />
                      {formatTimeToSecond(letter.time, timeZone)}
                    </button>
                  </td>
                  <td className={classes.number}>
                    {letter.kind === 'damaged' ? 'Unknown' : formatCount(letter.rows)}
                  </td>
                  <td className={classes.number}>{formatBytes(letter.bytes)}</td>
                  <td className={classes.reason} title={letter.reason}>
                    {letter.reason}
                  </td>
                </tr>
                {open && (
                  <tr>
                    <td colSpan={4} className={classes.detail}>
                      <RefusedBatch letter={letter} onGone={() => setOpenId(null)} />
                    </td>
                  </tr>
                )}
              </Fragment>
            );
          })}
        </tbody>
      </table>
      <p className={classes.note}>
        {formatBytes(list.bytes)} of at most {formatBytes(list.limit_bytes)}.
        {list.waiting_batches > 0 &&
          ` ${formatCountOf(list.waiting_batches, 'more batch', 'more batches')} in the spool: there is no room for them here.`}
      </p>
    </>
  );
}
