import { expect, it } from 'vitest';
import { formatFigure, formatShare } from './figures';

it('writes figures short and comparable', () => {
  expect([1_284_220, 0.000_01, 12.3456, 1_234.56, 0.0123, -7.5, 3].map(formatFigure)).toEqual([
    '1\u2009284\u2009220',
    '1.00e-5',
    '12.35',
    '1\u2009235',
    '0.0123',
    '−7.5',
    '3',
  ]);
});

it('never rounds a share to none or all', () => {
  expect([
    formatShare(1, 100_000),
    formatShare(99_999, 100_000),
    formatShare(1, 3),
    formatShare(5, 5),
  ]).toEqual(['<0.1%', '>99.9%', '33.3%', '100%']);
  expect(formatShare(0, 0)).toBe('');
});
