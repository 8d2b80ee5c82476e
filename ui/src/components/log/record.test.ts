import { describe, expect, it } from 'vitest';
import type { LogRow } from '@/api/types';
import { detailGroups, fieldValue, GRAVEST_FIRST, prettyJson, recordJson } from './record';

const row: LogRow = {
  Timestamp: '2026-11-20T00:00:03.123456789Z',
  TraceId: 'abc',
  SpanId: '',
  TraceFlags: 0,
  SeverityText: 'ERR',
  SeverityNumber: 17,
  ServiceName: 'api',
  Body: '{"a":1}',
  ResourceSchemaUrl: '',
  ResourceAttributes: { 'host.name': 'web-1', region: 'eu' },
  ScopeSchemaUrl: '',
  ScopeName: '',
  ScopeVersion: '',
  ScopeAttributes: {},
  LogAttributes: { status: '500', level: 'odd', region: 'us' },
  EventName: '',
  IngestId: '7',
};

describe('a record', () => {
  it('has the fields of the search language', () => {
    const names = [
      'level',
      'severity',
      'service',
      'host',
      'status',
      'region',
      'resource.region',
      'attr.level',
      'nothing',
      'span_id',
    ];
    expect(names.map((name) => fieldValue(row, name))).toEqual([
      'error',
      'error',
      'api',
      'web-1',
      '500',
      'us',
      'eu',
      'odd',
      undefined,
      undefined,
    ]);
  });

  it('is grouped, with the name by which each field is searched', () => {
    expect(
      detailGroups(row).map(({ name, fields }) => [name, fields.map(({ label, field }) => [label, field])]),
    ).toEqual([
      [
        'Record',
        [
          ['time', null],
          ['level', 'level'],
          ['severity text', null],
          ['service', 'service'],
          ['trace_id', 'trace_id'],
        ],
      ],
      [
        'Attributes',
        [
          ['level', 'attr.level'],
          ['region', 'region'],
          ['status', 'status'],
        ],
      ],
      [
        'Resource',
        [
          ['host.name', 'host'],
          ['region', 'resource.region'],
        ],
      ],
    ]);
  });

  it('is copied without what is empty', () => {
    expect(Object.keys(JSON.parse(recordJson(row)) as object)).toEqual([
      'Timestamp',
      'TraceId',
      'SeverityText',
      'SeverityNumber',
      'ServiceName',
      'Body',
      'ResourceAttributes',
      'LogAttributes',
      'IngestId',
    ]);
  });

  it('pretty-prints JSON alone', () => {
    expect(prettyJson(row.Body)).toBe('{\n  "a": 1\n}');
    expect(prettyJson('[not json')).toBeNull();
    expect(prettyJson('12')).toBeNull();
  });

  it('has levels from the gravest down', () => {
    expect(GRAVEST_FIRST[0]).toBe('fatal');
  });
});
