import classes from './charts.module.css';

/** Where a chart has nothing to draw: no rows, or not the columns that it needs. */
export function NoData({ needs }: { needs: string | null }) {
  return (
    <div className={classes.noData}>
      <span>{needs ?? 'No data in this time range'}</span>
    </div>
  );
}
