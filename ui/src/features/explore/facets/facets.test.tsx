import { fireEvent, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { filtersOf } from '@/lib/query-language/filters';
import { renderExplore } from '../test/render-explore';
import { FacetField } from './facet-field';

const LEVEL = {
  name: 'level',
  kind: 'column' as const,
  type: 'string' as const,
  count: 12,
  values: [
    { value: 'info', count: 10 },
    { value: 'error', count: 2 },
  ],
};

function renderLevel(query: string) {
  return renderExplore(
    query,
    <FacetField field={LEVEL} filters={filtersOf(query)} isOpen onToggle={() => undefined} />,
  );
}

it('puts the gravest level first, and a click asks for it', () => {
  const { queries } = renderLevel('refused');
  const values = screen.getAllByRole('button', { name: /^level \w+, / });
  expect(values.map((value) => value.getAttribute('aria-label'))).toEqual([
    'level error, 2\u00a0rows',
    'level info, 10\u00a0rows',
  ]);
  fireEvent.click(screen.getByRole('button', { name: /^level error/ }));
  expect(queries).toEqual(['refused level:error']);
});

it('leaves a value out by Alt-click and by its button', () => {
  const { queries } = renderLevel('');
  fireEvent.click(screen.getByRole('button', { name: /^level info/ }), { altKey: true });
  fireEvent.click(screen.getByRole('button', { name: 'Leave out level error' }));
  expect(queries).toEqual(['-level:info', '-level:error']);
});

it('keeps a value that the search names though no row has it, and removes it', () => {
  const { queries } = renderLevel('level:fatal x');
  expect(screen.getByRole('button', { name: /^level fatal, 0/ })).toHaveAttribute('aria-pressed', 'true');
  fireEvent.click(screen.getByRole('button', { name: 'Remove the filter level fatal' }));
  expect(queries).toEqual(['x']);
});

it('becomes a column', () => {
  const { columns } = renderLevel('');
  fireEvent.click(screen.getByRole('button', { name: 'Remove the column level' }));
  expect(columns).toEqual([['time', 'service', 'message']]);
});
