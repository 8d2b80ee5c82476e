import classes from './skeleton-rows.module.css';

const WIDTHS = ['62%', '48%', '71%', '55%', '80%', '44%', '66%'];

/** Holds the place of `count` rows while they load. */
export function SkeletonRows({ count }: { count: number }) {
  return (
    <div role="status" aria-label="Loading">
      {Array.from({ length: count }, (_, index) => (
        <div key={index} className={classes.row}>
          <span className={classes.bar} style={{ width: WIDTHS[index % WIDTHS.length] }} />
        </div>
      ))}
    </div>
  );
}
