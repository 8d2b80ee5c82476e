import { VisuallyHidden } from '@mantine/core';

interface ValuesTableProps {
  caption: string;
  head: string[];
  rows: string[][];
}

const ROWS_LIMIT = 200;

/** A chart as a table, for those who do not see it. */
export function ValuesTable({ caption, head, rows }: ValuesTableProps) {
  return (
    <VisuallyHidden>
      <table>
        <caption>
          {caption}
          {rows.length > ROWS_LIMIT ? `, the first ${ROWS_LIMIT} of ${rows.length} rows` : ''}
        </caption>
        <thead>
          <tr>
            {head.map((name, index) => (
              <th key={index} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, ROWS_LIMIT).map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) =>
                column === 0 ? (
                  <th key={column} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={column}>{cell}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </VisuallyHidden>
  );
}
