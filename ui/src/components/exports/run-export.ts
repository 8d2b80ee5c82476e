import { notifications } from '@mantine/notifications';
import { createElement } from 'react';
import type { ApiClient } from '@/api/client';
import { EXPORTS_PATH, type ExportFormat } from '@/api/exports';
import { overBudget, type Estimate } from '@/api/sql';
import { notifyFailure } from '@/components/notify';
import { estimateText } from '@/lib/format/estimate';
import { formatBytes, formatCount, formatDuration } from '@/lib/format/numbers';
import type { TimeZone } from '@/lib/time-range/time-zone';
import type { Platform } from '@/platform/platform';
import { ExportMessage } from './export-message';
import { exportRequest, fileNameOf } from './export-request';
import type { Exported } from './exported';

const PROGRESS_MS = 200;
const FAILED = 'The export failed';

export interface Exporter {
  api: Pick<ApiClient, 'cancelQuery'>;
  platform: Pick<Platform, 'saveAnswer'>;
  zone: TimeZone;
}

/** Makes the file and says in a notice how far it is and how it ends. Answers what it would cost where that asks. */
export async function runExport(
  { api, platform, zone }: Exporter,
  exported: Exported,
  format: ExportFormat,
  isConfirmed: boolean,
): Promise<Estimate | null> {
  const queryId = crypto.randomUUID();
  const id = `export:${queryId}`;
  const name = fileNameOf(exported.name, Date.now(), zone);
  const abort = new AbortController();
  const cancel = (): void => {
    abort.abort();
    api.cancelQuery(queryId).catch(() => undefined);
  };
  const began = performance.now();
  notifications.show(progressNotice(id, undefined, cancel));
  // Nothing comes before the whole sheet is made: until then the time says that something is done.
  const clock = setInterval(() => {
    const seconds = Math.round((performance.now() - began) / 1000);
    notifications.update(progressNotice(id, formatDuration(seconds * 1000), cancel));
  }, 1_000);
  let told = 0;
  const onBytes = (bytes: number): void => {
    clearInterval(clock);
    if (performance.now() - told < PROGRESS_MS || abort.signal.aborted) return;
    told = performance.now();
    notifications.update(progressNotice(id, formatBytes(bytes), cancel));
  };
  try {
    const body = exportRequest(exported, format, { name, queryId, isConfirmed });
    const request = { method: 'POST' as const, path: EXPORTS_PATH, body, signal: abort.signal };
    const saved = await platform.saveAnswer(request, `${name}.${format}`, onBytes);
    if (saved !== null) {
      notifySaved(`Saved ${saved.place} (${formatBytes(saved.bytes)})`);
      if (saved.first_rows !== null) warnOfFirstRows(saved.first_rows);
    }
  } catch (error) {
    const estimate = overBudget(error);
    if (estimate?.verdict === 'ask') return estimate;
    notifyFailure(FAILED, estimate === null ? error : new Error(refusal(estimate)));
  } finally {
    clearInterval(clock);
    notifications.hide(id);
  }
  return null;
}

/** Asks whether to go on all the same. */
export function askForExport(estimate: Estimate, onAgree: () => void): void {
  const id = notifications.show({
    message: createElement(ExportMessage, {
      message: `${estimateText(estimate)}. That is more than runs without asking.`,
      action: 'Export anyway',
      onAction: () => {
        notifications.hide(id);
        onAgree();
      },
    }),
    color: 'yellow',
    autoClose: false,
    withBorder: true,
  });
}

function progressNotice(id: string, figure: string | undefined, onCancel: () => void) {
  return {
    id,
    loading: true,
    loaderProps: { size: 18 },
    autoClose: false as const,
    withCloseButton: false,
    withBorder: true,
    message: createElement(ExportMessage, {
      message: 'Exporting…',
      ...(figure === undefined ? {} : { figure }),
      action: 'Cancel',
      onAction: onCancel,
    }),
  };
}

/** A name takes longer to read than most that is done. */
function notifySaved(message: string): void {
  notifications.show({ message, autoClose: 6_000, withBorder: true });
}

/** Who hands the file on should know: it stays until it is closed. */
function warnOfFirstRows(rows: number): void {
  notifications.show({
    title: 'There are more rows than in the file',
    message: `It has the first ${formatCount(rows)}: a sheet of Excel holds no more. CSV and Parquet have all of them.`,
    color: 'yellow',
    autoClose: false,
    withBorder: true,
  });
}

function refusal(estimate: Estimate): string {
  return `${estimateText(estimate)}. That is more than is allowed: narrow it, for example in time.`;
}
