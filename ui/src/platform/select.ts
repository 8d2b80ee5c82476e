import type { Platform } from './platform';

/** The side that fits where the page runs; the other side's code is not loaded. */
export async function selectPlatform(): Promise<Platform> {
  if ('__TAURI_INTERNALS__' in window) return new (await import('./tauri')).TauriPlatform();
  return new (await import('./web')).WebPlatform();
}
