import { expect, it } from 'vitest';
import {
  changed,
  closed,
  freeTitle,
  moved,
  neighbour,
  newTab,
  opened,
  readTabs,
  restored,
  type Tabs,
} from './tabs';

const three = (): Tabs => ({
  tabs: ['a', 'b', 'c'].map((id) => newTab(id, [], { title: id, sql: `SELECT '${id}'` })),
  activeId: 'b',
});
const ids = ({ tabs }: Tabs): string => tabs.map(({ id }) => id).join('');

it('names tabs by the first number that is free', () => {
  const tabs = [newTab('x', [], { title: 'Query 1' }), newTab('y', [], { title: 'Query 3' })];
  expect(freeTitle(tabs)).toBe('Query 2');
});

it('opens at the end, or in place of an empty tab', () => {
  const next = opened(three(), newTab('d', [], { sql: 'SELECT 4' }));
  expect(ids(next)).toBe('abcd');
  expect(next.activeId).toBe('d');
  const empty = changed(three(), 'b', { sql: ' ' });
  expect(ids(opened(empty, newTab('d', [], { sql: 'SELECT 4' })))).toBe('adc');
  expect(ids(opened(empty, newTab('d', [])))).toBe('abcd');
});

it('closes onto a neighbour, and takes it back where it was', () => {
  const tab = three().tabs[1] ?? newTab('', []);
  const rest = closed(three(), 'b');
  expect(rest?.activeId).toBe('c');
  expect(rest === null ? '' : ids(restored(rest, tab, 1))).toBe('abc');
  expect(closed({ ...three(), activeId: 'c' }, 'c')?.activeId).toBe('b');
  expect(closed(three(), 'a')?.activeId).toBe('b');
  expect(closed({ tabs: [tab], activeId: 'b' }, 'b')).toBeNull();
});

it('moves within the ends and goes round', () => {
  expect(ids(moved(three(), 'a', 2))).toBe('bca');
  expect(ids(moved(three(), 'c', -4))).toBe('cab');
  expect(ids(moved(three(), 'x', 0))).toBe('abc');
  expect(neighbour({ ...three(), activeId: 'c' }, 1)).toBe('a');
  expect(neighbour({ ...three(), activeId: 'a' }, -1)).toBe('c');
});

it('reads back what it stored, and nothing else', () => {
  const fallback = newTab('new', []);
  const elsewhere = changed(three(), 'a', { source: 'orders' });
  expect(readTabs(JSON.parse(JSON.stringify(elsewhere)), fallback)).toEqual(elsewhere);
  expect(readTabs({ tabs: [{ id: 'older', sql: '' }] }, fallback).tabs[0]?.source).toBeNull();
  expect(readTabs(JSON.parse(JSON.stringify(three())), fallback)).toEqual(three());
  expect(readTabs({ tabs: [{ id: 1 }, null] }, fallback)).toEqual({ tabs: [fallback], activeId: 'new' });
  expect(readTabs(null, fallback).tabs).toEqual([fallback]);
});
