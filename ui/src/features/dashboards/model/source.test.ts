import { expect, it } from 'vitest';
import type { Definition, Widget, WidgetQuery } from '@/api/dashboards';
import { sourceOf, withSource } from './source';

const query = (source?: string | null): WidgetQuery => ({
  language: 'search',
  text: '*',
  ...(source === undefined ? {} : { source }),
});

it('asks the source of the query before that of the dashboard', () => {
  const ofOrders = { source: 'orders' };
  expect(sourceOf(query(), {})).toBeUndefined();
  expect(sourceOf(query(), ofOrders)).toBe('orders');
  expect(sourceOf(query(null), ofOrders)).toBe('orders');
  expect(sourceOf(query('edge'), ofOrders)).toBe('edge');
  expect(sourceOf(query('logs'), ofOrders)).toBeUndefined();
  expect(sourceOf(null, ofOrders)).toBe('orders');
});

it('changes a source where it is said', () => {
  const widget = (id: string, source?: string): Widget => ({
    id,
    kind: 'logs',
    title: id,
    layout: { x: 0, y: 0, w: 1, h: 1 },
    query: query(source),
    options: {},
  });
  const [plain, own] = [widget('plain'), widget('own', 'gone')];
  const board: Definition = { source: 'gone', variables: [], widgets: [plain, own], refresh: 0 };
  expect(withSource(board, plain, 'orders')).toEqual({ ...board, source: 'orders' });
  expect(withSource(board, plain, 'logs').source).toBeNull();
  expect(withSource(board, own, 'logs').widgets.map(({ query: one }) => one?.source)).toEqual([
    undefined,
    'logs',
  ]);
});
