import { CopyButton } from '@/components/copy-button';
import { toText, type ResultData } from '@/components/charts/result-data';
import { ResultTable } from '@/components/charts/result-table';
import { TimeSeriesChart } from '@/components/charts/time-series-chart';
import { formatCount } from '@/lib/format/numbers';
import { absoluteRange } from '@/lib/time-range/range';
import { useExplore, useResults } from '../state/explore-context';
import type { SearchTable } from '../state/search-session';
import classes from './table-result.module.css';

/** Tab-separated, as spreadsheets take it from the clipboard. */
function tabSeparated({ columns, rows }: ResultData): string {
  const cell = (text: string) => text.replaceAll(/[\t\r\n]+/g, ' ');
  const lines = rows.map((row) => columns.map(({ name }) => cell(toText(row[name]))).join('\t'));
  return [columns.map(({ name }) => cell(name)).join('\t'), ...lines].join('\n');
}

/** What the pipes of a search made of its records: a table, and over time a chart above it. */
export default function TableResult({ table }: { table: SearchTable }) {
  const { zone, setRange } = useExplore();
  const { from, to } = useResults((results) => results.rowsOf) ?? {};
  const data: ResultData = {
    columns: table.columns,
    rows: table.rows,
    shape: table.shape,
    bucket_seconds: table.bucketSeconds,
    span: from === undefined || to === undefined ? null : { from: Date.parse(from), to: Date.parse(to) },
  };
  const isSeries = table.shape === 'time_series' && table.rows.length > 0;
  return (
    <div className={classes.result}>
      {isSeries && (
        <div className={classes.chart}>
          <TimeSeriesChart
            title="Result over time"
            data={data}
            options={{ style: 'line', legend: 'bottom' }}
            zone={zone}
            onZoom={(from, to) => setRange(absoluteRange(from, to))}
          />
        </div>
      )}
      <div className={classes.bar}>
        <span>
          {table.isTruncated && `The first ${formatCount(table.rows.length)} rows. `}
          {table.rows.length > 0 && `${formatCount(table.columns.length)} columns`}
        </span>
        {table.rows.length > 0 && <CopyButton label="Copy the table" text={() => tabSeparated(data)} />}
      </div>
      <div className={classes.table}>
        <ResultTable title="Result" data={data} options={{}} zone={zone} />
      </div>
    </div>
  );
}
