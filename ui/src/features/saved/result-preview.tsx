import type { QueryResult } from '@/api/saved';
import { formatCountOf, formatDuration } from '@/lib/format/numbers';
import classes from './saved-page.module.css';

/** What one reads first of a record, which has more. */
const OF_RECORDS = ['Timestamp', 'SeverityText', 'ServiceName', 'Body'];

/** The first rows that a query found. */
export function ResultPreview({ result }: { result: QueryResult }) {
  const { rows, stats, columns, shape } = result;
  const isNumber = new Map(
    (columns ?? []).map(({ name, type }) => [name, /^(Nullable\()?(U?Int|Float|Decimal)/.test(type)]),
  );
  const all = columns?.map(({ name }) => name) ?? Object.keys(rows[0] ?? {});
  const isFirst = (name: string): boolean => OF_RECORDS.includes(name);
  const names =
    shape === 'records' || columns === undefined
      ? [...OF_RECORDS.filter((name) => all.includes(name)), ...all.filter((name) => !isFirst(name))]
      : all;
  const hasMore = result.truncated === true || (result.next_cursor ?? null) !== null;
  return (
    <section aria-label="Result">
      <h3 className={classes.subheading}>Result</h3>
      <p className={classes.note} role="status">
        {hasMore ? 'The first ' : ''}
        {formatCountOf(rows.length, 'row')} in {formatDuration(stats.elapsed_ms)}
      </p>
      {rows.length > 0 && (
        <div className={classes.result} tabIndex={0} role="group" aria-label="Rows">
          <table>
            <thead>
              <tr>
                {names.map((name) => (
                  <th
                    key={name}
                    scope="col"
                    className={isNumber.get(name) === true ? classes.number : undefined}
                  >
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                <tr key={index}>
                  {names.map((name) => {
                    const text = cellText(row[name]);
                    return (
                      <td
                        key={name}
                        title={text}
                        className={isNumber.get(name) === true ? classes.number : undefined}
                      >
                        {text}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(cellText).join(', ');
  return JSON.stringify(value);
}
