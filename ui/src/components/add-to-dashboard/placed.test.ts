import { expect, it } from 'vitest';
import type { WidgetQuery } from '@/api/dashboards';
import { placed } from './placed';

it('names its source only where the dashboard has another one', () => {
  const query: WidgetQuery = { language: 'search', text: '*' };
  const ofOrders = { ...query, source: 'orders' };
  expect(placed(query, {})).toEqual(query);
  expect(placed(ofOrders, { source: 'orders' })).toEqual(query);
  expect(placed(ofOrders, { source: null })).toEqual(ofOrders);
  expect(placed(query, { source: 'orders' })).toEqual({ ...query, source: 'logs' });
  expect(placed({ ...query, source: 'logs' }, {})).toEqual(query);
});
