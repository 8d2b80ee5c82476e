import type { ExportFormat, ExportRequest } from '@/api/exports';
import type { TimeZone } from '@/lib/time-range/time-zone';
import { partsOf } from '@/lib/time-range/zone';
import { NAME, type Exported } from './exported';

/** What systems refuse in the name of a file. */
const REFUSED = /[\p{Cc}"*/:<>?\\|]+/gu;
const NAME_LENGTH = 100;

/** `click-lite-2026-11-28-0451`: what it is and when it was made. */
export function fileNameOf(name: string, now: number, zone: TimeZone): string {
  const { year, month, day, hour, minute } = partsOf(now, zone);
  const pad = (value: number) => String(value).padStart(2, '0');
  const safe = name
    .replaceAll(REFUSED, ' ')
    .replaceAll(/\s+/g, ' ')
    .replace(/^[ .]+/, '');
  const cut = Array.from(safe).slice(0, NAME_LENGTH).join('').trim();
  return `${cut === '' ? NAME : cut}-${year}-${pad(month)}-${pad(day)}-${pad(hour)}${pad(minute)}`;
}

export function exportRequest(
  exported: Exported,
  format: ExportFormat,
  options: { name: string; queryId: string; isConfirmed: boolean },
): ExportRequest {
  const { name, queryId, isConfirmed } = options;
  return { ...exported, format, name, query_id: queryId, budget: { confirmed: isConfirmed } };
}
