import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useState, type ReactNode } from 'react';
import { useApi } from '@/api/client';
import { notifyFailure } from '@/components/notify';
import { useCommands } from '@/lib/shortcuts/use-commands';
import { usePlatform } from '@/platform/context';
import { DropOverlay } from './drop-overlay';
import { ImportContext, ImportController, useImportController, useImportState } from './import-controller';

const ImportDialog = lazy(() => import('./import-dialog'));

/** Makes importing work from everywhere: the command, the menu, files dropped on the window, and the dialog. */
export function ImportHost({ children }: { children: ReactNode }) {
  const platform = usePlatform();
  const api = useApi();
  const queries = useQueryClient();
  const [controller] = useState(
    () =>
      new ImportController(platform, api, () => {
        void queries.invalidateQueries({ queryKey: ['imports'] });
        void queries.invalidateQueries({ queryKey: ['status'] });
      }),
  );
  return (
    <ImportContext value={controller}>
      {children}
      <Entrances />
    </ImportContext>
  );
}

function Entrances() {
  const platform = usePlatform();
  const controller = useImportController();
  const { opened } = useImportState();
  const [dragging, setDragging] = useState(false);

  useCommands([
    {
      id: 'imports.open',
      title: 'Open file…',
      group: 'Data',
      keys: ['mod+o'],
      run: () =>
        void platform.pickFiles().then(
          (files) => controller.add(files),
          (error: unknown) => notifyFailure('No file was opened', error),
        ),
    },
  ]);

  useEffect(() => platform.shell?.onOpenFiles((files) => controller.add(files)), [platform, controller]);

  useEffect(
    () =>
      platform.onDropFiles({
        onEnter: () => setDragging(true),
        onLeave: () => setDragging(false),
        onDrop: (files) => controller.add(files),
      }),
    [platform, controller],
  );

  return (
    <>
      {dragging && <DropOverlay />}
      <Suspense fallback={null}>{opened && <ImportDialog />}</Suspense>
    </>
  );
}
