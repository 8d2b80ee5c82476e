import { useState } from 'react';
import { useApi } from '@/api/client';
import type { ExportFormat } from '@/api/exports';
import { notifyFailure } from '@/components/notify';
import { usePreferences } from '@/lib/preferences/preferences';
import { usePlatform } from '@/platform/context';
import type { Exported } from './exported';

interface Export {
  start: (exported: Exported, format: ExportFormat) => void;
  isRunning: boolean;
}

/** Makes files of what is shown; one that was begun is finished, whichever page one is on by then. */
export function useExport(): Export {
  const api = useApi();
  const platform = usePlatform();
  const [{ timeZone: zone }] = usePreferences();
  const [isRunning, setRunning] = useState(false);
  const send = async (exported: Exported, format: ExportFormat, isConfirmed: boolean): Promise<void> => {
    setRunning(true);
    try {
      // Only who exports needs it.
      const { askForExport, runExport } = await import('./run-export');
      const asked = await runExport({ api, platform, zone }, exported, format, isConfirmed);
      if (asked !== null) askForExport(asked, () => void send(exported, format, true));
    } catch {
      // A browser has that from the server.
      notifyFailure(
        'The export failed',
        new Error('The server does not answer. It may be stopped or restarting.'),
      );
    } finally {
      setRunning(false);
    }
  };
  return { start: (exported, format) => void send(exported, format, false), isRunning };
}
