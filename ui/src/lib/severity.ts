import { LEVELS, type Level } from '@/api/types';

/** The range of an OpenTelemetry severity number: 1 to 4 is trace, 21 to 24 fatal, anything else unknown. */
export function levelOfNumber(severityNumber: number): Level {
  if (severityNumber < 1 || severityNumber > 24) return 'unknown';
  return LEVELS[Math.ceil(severityNumber / 4)] ?? 'unknown';
}

/** Three letters, so that levels are told apart without colour. */
export const LEVEL_TAGS: Record<Level, string> = {
  unknown: '---',
  trace: 'TRC',
  debug: 'DBG',
  info: 'INF',
  warn: 'WRN',
  error: 'ERR',
  fatal: 'FTL',
};
