import { describe, expect, it } from 'vitest';
import type { Mapping } from '@/api/sources';
import { canBeTime, columnOf, hasEntries, withField, withList, withPath } from './mapping-edit';

const COLUMNS = [
  { name: 'ts', type: 'DateTime64(3)', default_kind: '' },
  { name: 'msg', type: 'String', default_kind: '' },
  { name: 'app', type: 'LowCardinality(String)', default_kind: '' },
  { name: 'labels', type: 'Map(String, String)', default_kind: '' },
];

const MAPPING: Mapping = {
  database: 'logs',
  table: 'app',
  time: { name: 'ts', type: 'DateTime64(3)' },
  message: { name: 'msg', type: 'String' },
  level: null,
  level_number: null,
  service: null,
  host: null,
  trace_id: null,
  span_id: null,
  id: null,
  attributes: [],
  resource: [],
  columns: [{ name: 'app', type: 'LowCardinality(String)' }],
  others: {},
  key_times: [],
  has_text_index: false,
};

describe('a mapping that is edited', () => {
  it('gives a column to a field and takes it from the attributes, and back', () => {
    const mapped = withField(MAPPING, 'service', columnOf(COLUMNS, 'app'));
    expect(mapped.service?.name).toBe('app');
    expect(mapped.columns).toEqual([]);
    expect(withField(mapped, 'service', null).columns).toEqual(MAPPING.columns);
  });

  it('always has a time', () => {
    expect(withField(MAPPING, 'time', null)).toBe(MAPPING);
  });

  it('takes lists by name, with their types', () => {
    const next = withList(MAPPING, 'attributes', ['labels', 'gone'], COLUMNS);
    expect(next.attributes).toEqual([{ name: 'labels', type: 'Map(String, String)' }]);
  });

  it('knows what can hold entries and what can be a time', () => {
    expect([hasEntries('Nullable(String)'), hasEntries('UInt8')]).toEqual([true, false]);
    expect([canBeTime('Nullable(DateTime)'), canBeTime('Map(String, String)')]).toEqual([true, false]);
    expect(withPath({ name: 'log', type: 'JSON', path: 'a' }, '')).toEqual({ name: 'log', type: 'JSON' });
  });
});
