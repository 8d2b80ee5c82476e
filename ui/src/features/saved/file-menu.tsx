import { ActionIcon, FileButton, Menu } from '@mantine/core';
import { IconDots, IconDownload, IconUpload } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { notifyFailure } from '@/components/notify';
import { useCommands } from '@/lib/shortcuts/use-commands';
import { ImportDialog } from './import-dialog';
import { useExport } from './use-export';

/** Everything to a file, and queries from a file. */
export function FileMenu() {
  const exportQueries = useExport();
  const [file, setFile] = useState<{ name: string; content: unknown } | null>(null);
  const choose = useRef<HTMLButtonElement>(null);
  const read = (chosen: File | null): void => {
    if (chosen === null) return;
    chosen
      .text()
      .then((text) => setFile({ name: chosen.name, content: JSON.parse(text) as unknown }))
      .catch((error: unknown) => notifyFailure(`${chosen.name} is no file of saved queries`, error));
  };
  const group = 'Saved queries';
  const exportAll = (): void => exportQueries([], 'saved-queries');
  useCommands([
    { id: 'saved.import', title: 'Import saved queries', group, run: () => choose.current?.click() },
    { id: 'saved.export', title: 'Export all saved queries', group, run: exportAll },
  ]);
  return (
    <>
      <FileButton accept="application/json,.json" onChange={read}>
        {(props) => <button {...props} ref={choose} type="button" hidden aria-hidden tabIndex={-1} />}
      </FileButton>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="default" aria-label="Import and export" title="Import and export">
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconUpload size={14} aria-hidden />}
            onClick={() => choose.current?.click()}
          >
            Import from a file…
          </Menu.Item>
          <Menu.Item leftSection={<IconDownload size={14} aria-hidden />} onClick={exportAll}>
            Export all
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {file !== null && (
        <ImportDialog name={file.name} content={file.content} onClose={() => setFile(null)} />
      )}
    </>
  );
}
