import { Button, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import type { StorageReport } from '@/api/types';
import { formatBytes, formatCount } from '@/lib/format/numbers';
import { Section } from './section';
import classes from './storage.module.css';

const SHOWN_SERVICES = 15;

interface ServicesSectionProps {
  report: StorageReport;
  onDrop: (service: string) => void;
}

/** Services by what they take. */
export function ServicesSection({ report, onDrop }: ServicesSectionProps) {
  const [sought, setSought] = useState('');
  const [showsAll, setShowsAll] = useState(false);
  const { services } = report;
  const all = services.reduce((sum, { estimated_disk_bytes }) => sum + estimated_disk_bytes, 0);
  const hasSpans = services.some(({ trace_rows }) => trace_rows > 0);
  const found = services.filter(({ service }) => service.toLowerCase().includes(sought.trim().toLowerCase()));
  const shown = showsAll ? found : found.slice(0, SHOWN_SERVICES);
  return (
    <Section
      title="By service"
      note="Rows are counted. Bytes are an estimate: a service’s share of each day by its rows."
      action={
        services.length > SHOWN_SERVICES && (
          <TextInput
            aria-label="Find a service"
            placeholder="Find a service"
            leftSection={<IconSearch size={14} aria-hidden />}
            value={sought}
            onChange={(event) => setSought(event.currentTarget.value)}
          />
        )
      }
    >
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col" className={classes.number}>
              Log rows
            </th>
            {hasSpans && (
              <th scope="col" className={classes.number}>
                Spans
              </th>
            )}
            <th scope="col" className={classes.number}>
              On disk, about
            </th>
            <th scope="col" className={classes.share}>
              Share
            </th>
            <th scope="col">
              <span className={classes.hidden}>Action</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ service, log_rows, trace_rows, estimated_disk_bytes }) => (
            <tr key={service}>
              <th scope="row" className={classes.name} title={service}>
                {service === '' ? <span className={classes.dim}>no service</span> : service}
              </th>
              <td className={classes.number}>{formatCount(log_rows)}</td>
              {hasSpans && <td className={classes.number}>{formatCount(trace_rows)}</td>}
              <td className={classes.number}>{formatBytes(estimated_disk_bytes)}</td>
              <td className={classes.share}>
                <Share part={estimated_disk_bytes} all={all} />
              </td>
              <td className={classes.action}>
                <Button
                  variant="subtle"
                  color="gray"
                  size="compact-xs"
                  className={classes.quiet}
                  disabled={service === ''}
                  aria-label={`Delete the service ${service === '' ? '(none)' : service}`}
                  onClick={() => onDrop(service)}
                >
                  Delete…
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {found.length === 0 && <p className={classes.nothing}>No service has this in its name.</p>}
      {found.length > SHOWN_SERVICES && (
        <Button
          className={classes.more}
          variant="subtle"
          size="compact-xs"
          onClick={() => setShowsAll((now) => !now)}
        >
          {showsAll ? `Show the largest ${SHOWN_SERVICES}` : `Show all ${formatCount(found.length)} services`}
        </Button>
      )}
    </Section>
  );
}

function Share({ part, all }: { part: number; all: number }) {
  const percent = all === 0 ? 0 : (100 * part) / all;
  return (
    <span className={classes.shareLine}>
      <span className={classes.track} aria-hidden>
        <span className={classes.fill} style={{ width: `${percent}%` }} />
      </span>
      {percent > 0 && percent < 0.1 ? '<0.1' : percent.toFixed(1)}
      {'\u00a0%'}
    </span>
  );
}
