import { fireEvent, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { renderExplore } from '../test/render-explore';
import { FilterChips } from './filter-chips';
import { tokenizeSql } from '@/components/sql-editor/sql-pieces';

it('shows the filters of the search, turns them around and takes them out', () => {
  const { queries } = renderExplore('x level:(error OR fatal) -service:api', <FilterChips />);
  expect(screen.getAllByRole('listitem').map((chip) => chip.textContent)).toEqual([
    'level: error or fatal',
    'service ≠ api',
  ]);
  fireEvent.click(screen.getByRole('button', { name: 'service ≠ api' }));
  fireEvent.click(screen.getByRole('button', { name: 'Remove the filter level: error or fatal' }));
  expect(queries).toEqual(['x level:(error OR fatal) service:api', 'x -service:api']);
});

it('cuts SQL into pieces that together are the SQL', () => {
  const sql = "SELECT a FROM t WHERE b = {p0:String} AND c = 'it''s AND'";
  const pieces = tokenizeSql(sql);
  expect(pieces.map(({ text }) => text).join('')).toBe(sql);
  expect(pieces.filter(({ kind }) => kind !== 'other').map(({ text }) => text)).toEqual([
    'SELECT',
    'FROM',
    'WHERE',
    '{p0:String}',
    'AND',
    "'it''s AND'",
  ]);
});
