import { expect, it } from 'vitest';
import type { Span } from '@/api/types';
import { waterfallOf } from './waterfall';

const span = (SpanId: string, ParentSpanId: string, Timestamp: string, Duration: string): Span => ({
  Timestamp,
  TraceId: 't',
  SpanId,
  ParentSpanId,
  SpanName: SpanId,
  SpanKind: 'Server',
  ServiceName: 'api',
  ResourceAttributes: {},
  SpanAttributes: {},
  Duration,
  StatusCode: SpanId === 'db' ? 'Error' : 'Ok',
  StatusMessage: '',
});

it('nests spans and places them to the microsecond', () => {
  const { spans, durationMs } = waterfallOf([
    span('root', '', '2026-11-20T00:00:00.000100000Z', '5000000'),
    span('cache', 'root', '2026-11-20T00:00:00.000350000Z', '1000'),
    span('orphan', 'lost', '2026-11-20T00:00:00.001100000Z', '2000000'),
    span('db', 'cache', '2026-11-20T00:00:00.002100000Z', '9000000'),
  ]);
  expect(spans.map(({ span: { SpanId }, depth, isFailed }) => [SpanId, depth, isFailed])).toEqual([
    ['root', 0, false],
    ['cache', 1, false],
    ['db', 2, true],
    ['orphan', 0, false],
  ]);
  expect(spans[1]?.startMs).toBeCloseTo(0.25, 3);
  expect(spans[1]?.durationMs).toBeCloseTo(0.001, 4);
  expect(durationMs).toBeCloseTo(11, 3);
});

it('shows spans that are each other’s parents once', () => {
  const { spans } = waterfallOf([
    span('a', 'b', '2026-11-20T00:00:00Z', '1'),
    span('b', 'a', '2026-11-20T00:00:00Z', '1'),
  ]);
  expect(spans.map(({ span: { SpanId } }) => SpanId)).toEqual(['a', 'b']);
});
