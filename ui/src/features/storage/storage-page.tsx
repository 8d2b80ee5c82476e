import { useState } from 'react';
import type { StorageReport } from '@/api/types';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { Page } from '@/components/page';
import { SkeletonRows } from '@/components/skeleton-rows';
import { formatBytes } from '@/lib/format/numbers';
import { useCommands } from '@/lib/shortcuts/use-commands';
import { ColumnsSection } from './columns-section';
import { DaysSection } from './days-section';
import { DropDialog, type Target } from './drop-dialog';
import { RetentionSection } from './retention-section';
import { RunsSection } from './runs-section';
import { Section } from './section';
import { ServicesSection } from './services-section';
import classes from './storage.module.css';
import { Totals } from './totals';
import { useReport, useRetention, useRunNow } from './use-storage';

/** What is stored, for how long, and the jobs that see to it. */
export function StoragePage() {
  const report = useReport();
  const retention = useRetention();
  const runNow = useRunNow();
  const [target, setTarget] = useState<Target | null>(null);
  useCommands([
    {
      id: 'storage.run',
      title: 'Apply the retention rules now',
      group: 'Storage',
      run: () => runNow.mutate(),
    },
  ]);
  const services = (report.data?.services ?? []).flatMap(({ service }) => (service === '' ? [] : [service]));
  return (
    <Page title="Storage">
      <div className={classes.storage} data-inset>
        {report.data !== undefined ? (
          <Report report={report.data} onDrop={setTarget} />
        ) : report.isError ? (
          <ErrorState
            title="What is stored could not be asked"
            error={report.error}
            onRetry={() => void report.refetch()}
          />
        ) : (
          <SkeletonRows count={24} />
        )}
        {/* What stands below the report waits for it, or it would be pushed out of sight. */}
        {!report.isPending && <RulesAndRuns retention={retention} services={services} />}
        {report.data !== undefined && report.data.days.length > 0 && <ColumnsSection />}
        {report.data !== undefined && <Details report={report.data} />}
      </div>
      {target !== null && <DropDialog target={target} onClose={() => setTarget(null)} />}
    </Page>
  );
}

interface RulesAndRunsProps {
  retention: ReturnType<typeof useRetention>;
  services: string[];
}

function RulesAndRuns({ retention, services }: RulesAndRunsProps) {
  return (
    <>
      {retention.data !== undefined && <RetentionSection retention={retention.data} services={services} />}
      {retention.data === undefined && retention.isError && (
        <ErrorState
          title="The rules could not be read"
          error={retention.error}
          onRetry={() => void retention.refetch()}
        />
      )}
      <RunsSection nextRunAt={retention.data?.next_run_at} />
    </>
  );
}

function Report({ report, onDrop }: { report: StorageReport; onDrop: (target: Target) => void }) {
  if (report.days.length === 0) {
    return (
      <>
        <Totals report={report} />
        <EmptyState title="Nothing is stored yet">
          What is stored is shown here by day and service as soon as records arrive.
        </EmptyState>
      </>
    );
  }
  return (
    <>
      <Totals report={report} />
      <DaysSection report={report} onDrop={(name) => onDrop({ kind: 'day', name })} />
      <ServicesSection report={report} onDrop={(name) => onDrop({ kind: 'service', name })} />
    </>
  );
}

/** Indexes, and what is not records. */
function Details({ report }: { report: StorageReport }) {
  const indexes = report.indexes.filter(({ disk_bytes }) => disk_bytes > 0);
  const rollups = report.signals.reduce((sum, { rollup_bytes }) => sum + rollup_bytes, 0);
  const others: [string, number][] = [
    ...indexes.map(({ table, name, disk_bytes }): [string, number] => [
      `Index ${name} of ${table}`,
      disk_bytes,
    ]),
    ['Counts of fields (log_facets)', rollups],
    ...report.system_tables.map(({ name, disk_bytes }): [string, number] => [
      `ClickHouse’s own system.${name}`,
      disk_bytes,
    ]),
  ];
  return (
    <Section title="Indexes and other tables" note="Indexes and counts are part of what is on disk above.">
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col" className={classes.number}>
              On disk
            </th>
          </tr>
        </thead>
        <tbody>
          {others.map(([name, bytes]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className={classes.number}>{formatBytes(bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
