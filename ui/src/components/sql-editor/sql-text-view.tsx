import { Fragment } from 'react';
import { tokenizeSql } from './sql-pieces';
import classes from './sql-text-view.module.css';

/** SQL to read, coloured as in the editor. */
export function SqlText({ sql, label }: { sql: string; label: string }) {
  return (
    <pre className={classes.sql} tabIndex={0} aria-label={label}>
      {tokenizeSql(sql).map(({ kind, text }, index) =>
        kind === 'other' ? (
          <Fragment key={index}>{text}</Fragment>
        ) : (
          <span key={index} data-kind={kind}>
            {text}
          </span>
        ),
      )}
    </pre>
  );
}
