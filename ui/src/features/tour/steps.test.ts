import { expect, it } from 'vitest';
import type { FieldsResponse } from '@/api/types';
import { tourSteps } from './steps';

const fields = (values: Record<string, string[]>): FieldsResponse => ({
  fields: Object.entries(values).map(([name, list]) => ({
    name,
    kind: 'column',
    type: 'string',
    count: 9,
    values: list.map((value) => ({ value, count: 9 })),
  })),
  sampled_rows: null,
  is_estimated: false,
  total_rows: 9,
  stats: { rows_read: 0, bytes_read: 0, elapsed_ms: 0 },
});

it('speaks of what the user has', () => {
  const steps = tourSteps(fields({ level: ['info', 'error'], service: ['checkout'] }));
  expect(steps[0]?.trial?.query).toBe('level:>=error');
  expect(steps.find((step) => step.target === 'fields')?.text).toContain('checkout');
  expect(tourSteps(fields({ level: ['info'], service: ['checkout'] }))[0]?.trial?.query).toBe(
    'service:checkout',
  );
  expect(tourSteps(undefined)[0]?.trial).toBeNull();
});
