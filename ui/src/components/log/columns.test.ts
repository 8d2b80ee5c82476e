import { describe, expect, it } from 'vitest';
import {
  DEFAULT_COLUMNS,
  gridTemplate,
  layOutColumns,
  moveColumn,
  placeColumn,
  toggleColumn,
} from './columns';

describe('columns', () => {
  it('give the message what is left', () => {
    expect(gridTemplate(layOutColumns(DEFAULT_COLUMNS, { service: 90 }))).toBe(
      '178px 44px 90px minmax(240px, 1fr)',
    );
    expect(layOutColumns(['time', 'status'], {}).map(({ width }) => width)).toEqual([178, null]);
  });

  it('are added before a message at the end, and taken away', () => {
    expect(toggleColumn(DEFAULT_COLUMNS, 'status')).toEqual([
      'time',
      'level',
      'service',
      'status',
      'message',
    ]);
    expect(toggleColumn(['message', 'time'], 'status')).toEqual(['message', 'time', 'status']);
    expect(toggleColumn(DEFAULT_COLUMNS, 'severity')).toEqual(['time', 'service', 'message']);
    expect(toggleColumn(['time'], 'time')).toEqual(['time']);
  });

  it('move within their bounds', () => {
    expect(moveColumn(['a', 'b', 'c'], 'a', 1)).toEqual(['b', 'a', 'c']);
    expect(moveColumn(['a', 'b', 'c'], 'c', 5)).toEqual(['a', 'b', 'c']);
    expect(placeColumn(['a', 'b', 'c'], 'c', 'a')).toEqual(['c', 'a', 'b']);
  });
});
