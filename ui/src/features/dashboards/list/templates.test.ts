import { expect, it } from 'vitest';
import type { DashboardContent } from '@/api/dashboards';
import type { Mapping, Source } from '@/api/sources';
import { isOpenTelemetry, ofSource, OVERVIEW } from './templates';

const column = (name: string) => ({ name, type: 'String' });

const otel = {
  database: 'otel',
  table: 'app logs',
  time: column('Timestamp'),
  message: column('Body'),
  level_number: column('SeverityNumber'),
  service: column('ServiceName'),
  attributes: [column('LogAttributes')],
  resource: [column('ResourceAttributes')],
} as unknown as Mapping;

const source = (mapping: Mapping) => ({ name: 'orders', mapping }) as Source;

const template: DashboardContent = {
  name: 'Errors',
  description: '',
  folder: '',
  tags: [],
  definition: {
    variables: [
      {
        name: 'service',
        label: '',
        type: 'query',
        multi: true,
        values: [],
        default: [],
        query: { language: 'sql', text: 'SELECT DISTINCT ServiceName\nFROM otel_logs\nWHERE 1' },
      },
    ],
    widgets: [
      {
        id: 'rows',
        kind: 'logs',
        title: 'Rows',
        layout: { x: 0, y: 0, w: 12, h: 6 },
        query: { language: 'search', text: 'FROM otel_logs' },
        options: {},
      },
    ],
    refresh: 0,
  },
};

it('knows a table with the columns that templates name', () => {
  expect(isOpenTelemetry(otel)).toBe(true);
  expect(isOpenTelemetry({ ...otel, message: column('msg') })).toBe(false);
  expect(isOpenTelemetry({ ...otel, service: { ...column('ServiceName'), path: 'name' } })).toBe(false);
  expect(isOpenTelemetry({ ...otel, attributes: [] })).toBe(false);
  expect(isOpenTelemetry(null)).toBe(false);
});

it('has statements of a template read the table of the source, and leaves searches as they are', () => {
  const { name, definition } = ofSource(template, source(otel));
  expect(name).toBe('Errors, orders');
  expect(definition.source).toBe('orders');
  expect(definition.variables[0]?.query?.text).toBe(
    'SELECT DISTINCT ServiceName\nFROM otel.`app logs`\nWHERE 1',
  );
  expect(definition.widgets[0]?.query?.text).toBe('FROM otel_logs');
  const clustered = ofSource(template, source({ ...otel, cluster: "a'b" }));
  expect(clustered.definition.variables[0]?.query?.text).toContain(
    "FROM cluster('a\\'b', otel.`app logs`)\n",
  );
});

it('is made of searches alone where the table is any', () => {
  const { definition } = ofSource(OVERVIEW, source(otel));
  expect(definition.widgets.map(({ query }) => query?.language)).toEqual(Array(6).fill('search'));
  expect(new Set(definition.widgets.map(({ id }) => id)).size).toBe(6);
});
