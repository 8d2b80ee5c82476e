import { expect, it } from 'vitest';
import { layOutColumns } from './columns';
import { layOut } from './log-text';
import { formatValue } from './value-format';

it('writes numbers as what they measure, and leaves text alone', () => {
  expect(formatValue('1284220', 'bytes', 'utc')).toBe('1.28\u00a0MB');
  expect(formatValue('250000', 'ns', 'utc')).toBe('250\u00a0µs');
  expect(formatValue('1500', 'ms', 'utc')).toBe('1.5\u00a0s');
  expect(formatValue('65', 's', 'utc')).toBe('1\u00a0min 5\u00a0s');
  expect(formatValue('1763626530', 'epoch', 'utc')).toBe('2025-11-20 08:15:30.000');
  expect(formatValue('1763626530123456789', 'epoch', 'utc')).toBe('2025-11-20 08:15:30.123');
  expect(formatValue('fast', 'ms', 'utc')).toBe('fast');
  expect(formatValue('', 'bytes', 'utc')).toBe('');
});

it('pins columns one beside the other', () => {
  const columns = layOutColumns(['time', 'service', 'message', 'path'], { time: 100 }, 2);
  expect(columns.map(({ pinnedAt }) => pinnedAt)).toEqual([8, 108, undefined, undefined]);
  // The column that takes what is left has no place to stay at.
  expect(layOutColumns(['message', 'time'], {}, 2).map(({ pinnedAt }) => pinnedAt)).toEqual([undefined, 8]);
});

it('lets words stand out, matches of the search as well', () => {
  const { segments } = layOut('retry 3 of order 77', {
    field: 'message',
    highlights: [{ field: 'message', pattern: /order/g }],
    marks: [{ pattern: /retry|order/gi, colour: 'red' }],
    limit: 100,
    firstLineOnly: true,
  });
  expect(segments.filter(({ mark }) => mark !== null).map(({ text, isMatch }) => [text, isMatch])).toEqual([
    ['retry', false],
    ['order', true],
  ]);
});
