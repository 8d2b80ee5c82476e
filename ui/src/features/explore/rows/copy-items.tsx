import { Menu } from '@mantine/core';
import type { LogRow } from '@/api/types';
import { Keys } from '@/components/keys';
import { FORMATS, type RowFormat } from './row-formats';
import { useCopyRows } from './use-copy-rows';

/** Formats whose keys copy the current row. */
const KEYS: Partial<Record<RowFormat, string>> = { json: 'c', message: 'shift+c' };

/** What rows can be copied as, as items of a menu. */
export function CopyItems({ rows }: { rows: readonly LogRow[] }) {
  const copy = useCopyRows();
  return (
    <>
      <Menu.Label>Copy as</Menu.Label>
      {FORMATS.map(({ format, title }) => {
        const keys = KEYS[format];
        return (
          <Menu.Item
            key={format}
            rightSection={keys !== undefined && <Keys of={keys} />}
            onClick={() => copy(rows, format)}
          >
            {rows.length > 1 ? title.replace(/\bit$|\bit\b/, 'them') : title}
          </Menu.Item>
        );
      })}
    </>
  );
}
