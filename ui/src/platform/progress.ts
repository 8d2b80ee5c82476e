import type { Import } from '@/api/types';
import type { ImportOptions, Platform } from './platform';

const PROGRESS_INTERVAL_MS = 200;

/**
 * Runs `send`, which ends when the whole file is stored, and asks the server for the import's progress meanwhile.
 * Aborting the signal cancels the import on the server; rows that are stored by then stay.
 */
export async function followProgress(
  platform: Pick<Platform, 'request'>,
  options: ImportOptions,
  send: () => Promise<Import>,
): Promise<Import> {
  const path = `/api/v1/imports/${options.id}`;
  const state = { sending: true, asking: false };
  const ask = async (): Promise<void> => {
    if (state.asking) return;
    state.asking = true;
    try {
      const answer = await platform.request({ method: 'GET', path });
      const stillSending = (): boolean => state.sending;
      if (answer.status === 200 && stillSending()) options.onProgress(JSON.parse(answer.body) as Import);
    } catch {
      // The answer of `send` tells whether the server is gone; a missed figure is no news.
    } finally {
      state.asking = false;
    }
  };
  const timer = setInterval(() => void ask(), PROGRESS_INTERVAL_MS);
  const cancel = (): void => {
    platform.request({ method: 'DELETE', path }).catch(() => undefined);
  };
  options.signal.addEventListener('abort', cancel, { once: true });
  try {
    return await send();
  } finally {
    state.sending = false;
    clearInterval(timer);
    options.signal.removeEventListener('abort', cancel);
  }
}
