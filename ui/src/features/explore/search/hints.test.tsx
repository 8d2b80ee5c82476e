import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { renderExplore } from '../test/render-explore';
import { Hints } from './hints';

const HINT = { message: 'no field servce is known; did you mean service?', position: 0, length: 6 };

it('says what may have been meant, of the search on screen only', () => {
  const rowsOf = { id: 1, query: 'servce:api', from: undefined, to: undefined };
  renderExplore('servce:api', <Hints />, { rowsOf, hints: [HINT] });
  expect(screen.getByRole('status')).toHaveTextContent('no field servce is known; did you mean service?');
});

it('keeps quiet about the search before', () => {
  const rowsOf = { id: 1, query: 'servce:api', from: undefined, to: undefined };
  renderExplore('service:api', <Hints />, { rowsOf, hints: [HINT] });
  expect(screen.queryByRole('status')).toBeNull();
});
