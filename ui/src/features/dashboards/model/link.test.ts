import { expect, it } from 'vitest';
import type { Definition, WidgetQuery } from '@/api/dashboards';
import { linkOf } from './link';

const definition: Definition = { source: 'orders', variables: [], widgets: [], refresh: 0 };
const board = { definition, range: { from: 'now-1h', to: 'now' }, values: { service: ['web'] } };

it('leads to Explore with values, range and source', () => {
  const query: WidgetQuery = { language: 'search', text: 'service:$service' };
  expect(linkOf('Rows', query, board)).toEqual({
    to: '/explore',
    search: { q: 'service:"web"', from: 'now-1h', to: 'now', src: 'orders' },
  });
  expect(linkOf('Rows', { ...query, source: 'logs' }, { ...board, range: { from: null, to: null } })).toEqual(
    { to: '/explore', search: { q: 'service:"web"', from: 'all' } },
  );
});

it('leads to SQL with the values of its parameters', () => {
  const text = 'SELECT {service:String}, {bucket_seconds:UInt32}, {from:DateTime64(9)}';
  expect(linkOf('', { language: 'sql', text, source: 'shop' }, board)).toEqual({
    to: '/sql',
    search: {
      sql: text,
      title: 'From a dashboard',
      src: 'shop',
      params: '{"service":"web","bucket_seconds":60}',
      from: 'now-1h',
      to: 'now',
    },
  });
});
