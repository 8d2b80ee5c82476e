import { MantineProvider } from '@mantine/core';
import { fireEvent, render, screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { highlightsOf } from '@/lib/query-language/highlight';
import { logRow } from '@/test/log-row';
import { gridTemplate, layOutColumns } from './columns';
import { LogRowView, type RowLook } from './log-row';

function look(names: string[], query = ''): RowLook {
  const columns = layOutColumns(names, {});
  return {
    columns,
    template: gridTemplate(columns),
    highlights: highlightsOf(query),
    zone: 'utc',
    hasDate: false,
    isWrapped: false,
  };
}

function renderRow(row: ReturnType<typeof logRow>, rowLook: RowLook, onOpen = vi.fn()) {
  render(
    <MantineProvider env="test">
      <div role="grid">
        <LogRowView
          row={row}
          index={0}
          top={0}
          look={rowLook}
          isSelected={false}
          onOpen={onOpen}
          measure={undefined}
        />
      </div>
    </MantineProvider>,
  );
  return onOpen;
}

it('shows each column of the record, and nothing where it lacks one', () => {
  renderRow(
    logRow({ LogAttributes: { region: 'eu' } }),
    look(['time', 'level', 'service', 'region', 'nothing', 'message']),
  );
  expect(screen.getAllByRole('gridcell').map((cell) => cell.textContent)).toEqual([
    '00:00:03.123',
    'ERR',
    'api',
    'eu',
    '',
    'connection refused',
  ]);
});

it('marks what the search found', () => {
  renderRow(logRow(), look(['message'], 'refused'));
  expect(screen.getByText('refused').tagName).toBe('MARK');
});

it('counts the lines it does not draw, and measures what it cuts', () => {
  renderRow(logRow({ Body: `${'x'.repeat(3_800)}\n\tat b\n\tat c` }), look(['message']));
  expect(screen.getByText('3 lines')).toBeInTheDocument();
  expect(screen.getByText('+3.2 kB')).toBeInTheDocument();
});

it('opens on a click', () => {
  const row = logRow();
  const onOpen = renderRow(row, look(['message']));
  fireEvent.click(screen.getByRole('row'));
  expect(onOpen).toHaveBeenCalledWith(row);
});
