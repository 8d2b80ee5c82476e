import { IconCheck, IconMinus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '@/api/client';
import { explainSql, type PlanIndex, type PlanStep, type SqlStatement } from '@/api/sql';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { SkeletonRows } from '@/components/skeleton-rows';
import { estimateText } from '@/lib/format/estimate';
import { formatCount } from '@/lib/format/numbers';
import { isUnknown } from '../run/estimate-line';
import classes from './plan-panel.module.css';

/** How ClickHouse would run the statement: the last step on top, and under each table the indexes that were asked. */
export function PlanPanel({ statement }: { statement: SqlStatement | null }) {
  const api = useApi();
  const plan = useQuery({
    queryKey: ['sql', 'plan', statement],
    queryFn: ({ signal }) =>
      statement === null ? Promise.resolve(null) : explainSql(api, statement, signal),
    enabled: statement !== null,
    retry: false,
  });
  if (statement === null) {
    return (
      <EmptyState title="There is no statement to explain">
        Write one, and give its parameters their values.
      </EmptyState>
    );
  }
  if (plan.isError) {
    return (
      <ErrorState title="The statement has no plan" error={plan.error} onRetry={() => void plan.refetch()} />
    );
  }
  if (plan.data == null) return <SkeletonRows count={8} />;
  return (
    <div className={classes.panel} tabIndex={0} role="region" aria-label="Plan of the statement">
      {!isUnknown(plan.data.estimate, statement.source) && (
        <p className={classes.summary}>{estimateText(plan.data.estimate)}</p>
      )}
      <ul className={classes.tree} aria-label="Steps, the last one first">
        <Step step={plan.data.plan} />
      </ul>
    </div>
  );
}

function Step({ step }: { step: PlanStep }) {
  const { name, description, reads, children } = step;
  return (
    <li>
      <div className={classes.step}>
        <span className={classes.name}>{name}</span>
        <span className={classes.description}>{description}</span>
      </div>
      {reads !== undefined && (
        <div className={classes.reads}>
          <div>
            <Share of={reads.parts.of} selected={reads.parts.selected} what="parts" />,{' '}
            <Share of={reads.granules.of} selected={reads.granules.selected} what="granules" />
            {reads.order !== '' && reads.order !== 'Default' && `, ${readableOrder(reads.order)}`}
          </div>
          {reads.indexes.length > 0 && (
            <ul className={classes.indexes} aria-label={`Indexes of ${reads.table}`}>
              {reads.indexes.map((index, place) => (
                <IndexLine key={`${index.kind} ${index.name} ${place}`} index={index} />
              ))}
            </ul>
          )}
        </div>
      )}
      {children.length > 0 && (
        <ul className={classes.tree}>
          {children.map((child, place) => (
            <Step key={`${child.name} ${place}`} step={child} />
          ))}
        </ul>
      )}
    </li>
  );
}

function IndexLine({ index }: { index: PlanIndex }) {
  const { kind, name, keys, condition, granules, is_used: isUsed } = index;
  const Mark = isUsed ? IconCheck : IconMinus;
  return (
    <li className={classes.index} data-used={isUsed || undefined}>
      <Mark size={13} aria-label={isUsed ? 'used' : 'not used'} />
      <span className={classes.indexName}>{name === '' ? kindName(kind) : name}</span>
      <span className={classes.description}>{keys.join(', ')}</span>
      {isUsed && <Share of={granules.of} selected={granules.selected} what="granules" />}
      {isUsed && <code className={classes.condition}>{condition}</code>}
    </li>
  );
}

function Share({ of, selected, what }: { of: number; selected: number; what: string }) {
  return (
    <span>
      {formatCount(selected)} of {formatCount(of)} {what}
    </span>
  );
}

function kindName(kind: string): string {
  const names: Record<string, string> = {
    'Min-Max': 'least and greatest of each part',
    MinMax: 'least and greatest of each part',
    Partition: 'partition',
    PrimaryKey: 'primary key',
  };
  return names[kind] ?? kind;
}

function readableOrder(order: string): string {
  if (order === 'InOrder') return 'in the order of the key';
  return order === 'InReverseOrder' ? 'in the order of the key, backwards' : order;
}
