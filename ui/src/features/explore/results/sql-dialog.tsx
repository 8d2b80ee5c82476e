import { Button, Modal } from '@mantine/core';
import { IconSql } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { CopyButton } from '@/components/copy-button';
import { EmptyState } from '@/components/empty-state';
import { SqlText } from '@/components/sql-editor/sql-text-view';
import { sqlLink } from '@/lib/sql-link';
import { useResults } from '../state/explore-context';
import classes from './results.module.css';

interface SqlDialogProps {
  histogramSql: string | null;
  onClose: () => void;
}

/** The SQL that answered the search: nothing is hidden, and it can be taken elsewhere. */
export default function SqlDialog({ histogramSql, onClose }: SqlDialogProps) {
  const sql = useResults((results) => results.sql);
  const source = useResults((results) => results.run?.source);
  const parameters = Object.entries(sql?.params ?? {});
  return (
    <Modal opened onClose={onClose} size="xl" title="SQL of this search">
      {sql === null ? (
        <EmptyState title="No search has been answered yet" />
      ) : (
        <>
          <Statement title="Rows" sql={sql.text} params={sql.params} source={source} />
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

interface StatementProps {
  title: string;
  sql: string;
  /** Values of its parameters, where it can be opened with them. */
  params?: Record<string, unknown>;
  source?: string | undefined;
}

function Statement({ title, sql, params, source }: StatementProps) {
  return (
    <section aria-label={title}>
      <h3 className={classes.sqlTitle}>
        {title}
        <CopyButton text={sql} label={`Copy the SQL: ${title}`} />
        {params !== undefined && (
          <Button
            renderRoot={(root) => (
              <Link to="/sql" search={sqlLink(sql, params, 'From Explore', source)} {...root} />
            )}
            variant="subtle"
            size="compact-xs"
            leftSection={<IconSql size={14} aria-hidden />}
          >
            Open in SQL
          </Button>
        )}
      </h3>
      <SqlText sql={sql} label={`SQL: ${title}`} />
    </section>
  );
}
