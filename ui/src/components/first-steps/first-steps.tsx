import { Button } from '@mantine/core';
import { IconBroadcast, IconFileImport, IconTerminal2 } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useStatus } from '@/api/status';
import { CodeSnippet } from '@/components/code-snippet';
import { Keys } from '@/components/keys';
import { useCommandRegistry } from '@/lib/shortcuts/use-commands';
import { usePlatform } from '@/platform/context';
import classes from './first-steps.module.css';

const DEFAULT_LISTENER = '127.0.0.1:7410';

/** What stands where the rows will be while nothing is stored: three ways in. */
export function FirstSteps() {
  const { kind } = usePlatform();
  const registry = useCommandRegistry();
  const address = `http://${useStatus().data?.listeners.http ?? DEFAULT_LISTENER}`;
  return (
    <div className={classes.page}>
      <div className={classes.column}>
        <h1 className={classes.title}>Nothing is stored yet</h1>
        <p className={classes.lead}>
          Three ways to get logs in. This page turns to the rows when the first arrive.
        </p>
        <Way icon={<IconFileImport size={18} stroke={1.6} aria-hidden />} title="Open a log file">
          <p className={classes.text}>
            Drop files anywhere on this window, or choose them. The format is detected and shown before
            anything is stored; gzip, zstd and bzip2 are fine.
          </p>
          <Button
            className={classes.button}
            onClick={() => registry.run('imports.open')}
            rightSection={kind === 'tauri' ? <Keys of="mod+o" /> : undefined}
          >
            Open file…
          </Button>
        </Way>
        <Way icon={<IconBroadcast size={18} stroke={1.6} aria-hidden />} title="Send over HTTP">
          <p className={classes.text}>
            From this computer, without a key. A time, a level, a message and a service are found by their
            usual names.
          </p>
          <CodeSnippet label="request that sends one record" code={ingestCommand(address)} />
          <p className={classes.text}>
            Programs with OpenTelemetry send their logs with these two variables set:
          </p>
          <CodeSnippet label="OpenTelemetry variables" code={otlpVariables(address)} />
        </Way>
        <Way icon={<IconTerminal2 size={18} stroke={1.6} aria-hidden />} title="Pipe a command">
          <p className={classes.text}>
            What a command writes is imported as it comes, with its format detected.
          </p>
          <CodeSnippet label="command that pipes its output" code={pipeCommand(address)} />
        </Way>
      </div>
    </div>
  );
}

function Way({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) {
  return (
    <section className={classes.way}>
      <span className={classes.icon}>{icon}</span>
      <div className={classes.body}>
        <h2 className={classes.heading}>{title}</h2>
        {children}
      </div>
    </section>
  );
}

function ingestCommand(address: string): string {
  return [
    `curl ${address}/api/v1/ingest -H 'Content-Type: application/x-ndjson' \\`,
    `  -d '{"level":"info","message":"hello","service":"shell"}'`,
  ].join('\n');
}

function otlpVariables(address: string): string {
  return [
    `export OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=${address}/v1/logs`,
    'export OTEL_EXPORTER_OTLP_LOGS_PROTOCOL=http/protobuf',
  ].join('\n');
}

function pipeCommand(address: string): string {
  const server = address === `http://${DEFAULT_LISTENER}` ? '' : `--server ${address} `;
  return `mycommand 2>&1 | click-lite-server import ${server}-`;
}
