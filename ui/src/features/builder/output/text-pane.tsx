import { Textarea } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { IconTerminal2 } from '@tabler/icons-react';
import { CopyButton } from '@/components/copy-button';
import { plainMessage } from '@/components/notify';
import { SqlText } from '@/components/sql-editor/sql-text-view';
import { sqlLink } from '@/lib/sql-link';
import classes from '../builder.module.css';
import { keptOf } from '../model/query';
import type { BuilderState } from '../use-builder-state';

/** The same search as text, which can be typed into, and as SQL. */
export function TextPane({ state, source }: { state: BuilderState; source: string | undefined }) {
  const { text, written, errors, failure, query } = state;
  const [error] = errors;
  const kept = keptOf(query);
  return (
    <div className={classes.texts}>
      <section className={classes.text} aria-label="Search text">
        <h2 className={classes.textTitle}>
          Search
          <CopyButton text={text} label="Copy the search" />
        </h2>
        <Textarea
          aria-label="Search text"
          classNames={{ input: classes.mono }}
          placeholder="level:error | stats count() by service"
          autosize
          minRows={2}
          maxRows={8}
          spellCheck={false}
          value={text}
          error={
            error === undefined
              ? failure === null
                ? undefined
                : plainMessage(failure)
              : `${plainMessage(error.message)}${error.hint === null ? '' : ` ${error.hint}`}`
          }
          onChange={(event) => state.type(event.currentTarget.value)}
        />
        {kept.length > 0 && (
          <p className={classes.note} role="status">
            Kept as written, as there are no inputs for it:{' '}
            {kept.map((source) => (
              <code key={source}>{source}</code>
            ))}
          </p>
        )}
      </section>
      <section className={classes.text} aria-label="SQL">
        <h2 className={classes.textTitle}>
          SQL
          {written !== null && (
            <>
              <CopyButton text={written.sql} label="Copy the SQL" />
              <Link
                to="/sql"
                search={sqlLink(written.sql, {}, 'From the builder', source)}
                className={classes.link}
              >
                <IconTerminal2 size={13} aria-hidden />
                Open in SQL
              </Link>
            </>
          )}
        </h2>
        <SqlText sql={written?.sql ?? ''} label="SQL of the search" />
      </section>
    </div>
  );
}
