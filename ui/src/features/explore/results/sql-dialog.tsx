import { Modal } from '@mantine/core';
import { CopyButton } from '@/components/copy-button';
import { EmptyState } from '@/components/empty-state';
import { useExplore } from '../state/explore-context';
import { tokenizeSql } from './sql-text';
import classes from './results.module.css';

interface SqlDialogProps {
  histogramSql: string | null;
  isOpen: boolean;
  onClose: () => void;
}

/** The SQL that answered the search: nothing is hidden, and it can be taken elsewhere. */
export function SqlDialog({ histogramSql, isOpen, onClose }: SqlDialogProps) {
  const { results } = useExplore();
  const { sql } = results;
  const parameters = Object.entries(sql?.params ?? {});
  return (
    <Modal opened={isOpen} onClose={onClose} size="xl" title="SQL of this search">
      {sql === null ? (
        <EmptyState title="No search has been answered yet" />
      ) : (
        <>
          <Statement title="Rows" sql={sql.text} />
          {parameters.length > 0 && (
            <section aria-label="Parameters">
              <h3 className={classes.sqlTitle}>Parameters</h3>
              <dl className={classes.parameters}>
                {parameters.map(([name, value]) => (
                  <div key={name}>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                  </div>
                ))}
              </dl>
            </section>
          )}
          {histogramSql !== null && <Statement title="Histogram" sql={histogramSql} />}
        </>
      )}
    </Modal>
  );
}

function Statement({ title, sql }: { title: string; sql: string }) {
  return (
    <section aria-label={title}>
      <h3 className={classes.sqlTitle}>
        {title}
        <CopyButton text={sql} label={`Copy the SQL: ${title}`} />
      </h3>
      <pre className={classes.sql} tabIndex={0} aria-label={`SQL: ${title}`}>
        {tokenizeSql(sql).map(({ kind, text }, index) =>
          kind === 'other' ? (
            text
          ) : (
            <span key={index} data-kind={kind}>
              {text}
            </span>
          ),
        )}
      </pre>
    </section>
  );
}
