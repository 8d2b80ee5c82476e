import type { LogRow } from '@/api/types';

/** A record with everything but what `change` says left as a plain error. */
export function logRow(change: Partial<LogRow> = {}): LogRow {
  return {
    Timestamp: '2026-11-20T00:00:03.123456789Z',
    TraceId: '',
    SpanId: '',
    TraceFlags: 0,
    SeverityText: 'error',
    SeverityNumber: 17,
    ServiceName: 'api',
    Body: 'connection refused',
    ResourceSchemaUrl: '',
    ResourceAttributes: {},
    ScopeSchemaUrl: '',
    ScopeName: '',
    ScopeVersion: '',
    ScopeAttributes: {},
    LogAttributes: {},
    EventName: '',
    IngestId: '7',
    ...change,
  };
}
