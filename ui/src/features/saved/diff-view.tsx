import type { Difference, LineChange } from '@/api/saved';
import { sourceName } from '@/components/sources/known-sources';
import { sideBySide } from './side-by-side';
import classes from './versions-dialog.module.css';

interface DiffViewProps {
  difference: Difference;
  /** Shown where the texts are the same. */
  text: string;
  /** What the two sides are called. */
  before: string;
  after: string;
}

/** Two versions side by side: the fields that differ, and the lines of both texts. */
export function DiffView({ difference, text, before, after }: DiffViewProps) {
  const { fields } = difference;
  const isSame = fields.length === 0 && difference.text.length === 0;
  return (
    <>
      {isSame && <p className={classes.dim}>The two are the same.</p>}
      <table className={classes.diff} aria-label="Differences">
        <colgroup>
          <col className={classes.numberColumn} />
          <col />
          <col className={classes.numberColumn} />
          <col />
        </colgroup>
        <thead>
          <tr>
            <th scope="col" colSpan={2}>
              {before}
            </th>
            <th scope="col" colSpan={2}>
              {after}
            </th>
          </tr>
        </thead>
        <tbody>
          {fields.map((change) => (
            <tr key={change.field}>
              <td className={classes.number}>−</td>
              <td data-kind="removed">
                <span className={classes.field}>{change.field}</span> {fieldText(change.field, change.before)}
              </td>
              <td className={classes.number}>+</td>
              <td data-kind="added">
                <span className={classes.field}>{change.field}</span> {fieldText(change.field, change.after)}
              </td>
            </tr>
          ))}
          {difference.text.length === 0 ? (
            <tr>
              <td className={classes.number} />
              <td>{text}</td>
              <td className={classes.number} />
              <td>{text}</td>
            </tr>
          ) : (
            sideBySide(difference.text).map(([left, right], index) => (
              <tr key={index}>
                <Side line={left} number={left?.before ?? null} />
                <Side line={right} number={right?.after ?? null} />
              </tr>
            ))
          )}
        </tbody>
      </table>
    </>
  );
}

function Side({ line, number }: { line: LineChange | null; number: number | null }) {
  return (
    <>
      <td className={classes.number}>{number ?? ''}</td>
      <td data-kind={line === null ? 'none' : line.kind}>{line?.line ?? ''}</td>
    </>
  );
}

function fieldText(field: string, value: unknown): string {
  if (field === 'source' && (value === null || typeof value === 'string')) return sourceName(value);
  if (value === null || value === '') return '(none)';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
