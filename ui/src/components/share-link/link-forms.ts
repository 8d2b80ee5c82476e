import type { Platform } from '@/platform/platform';

/** `browser` is opened by any browser that reaches the server, `desktop` by Click-Lite's own window. */
export type LinkForm = 'browser' | 'desktop';

/** The desktop is told by the system of addresses that begin so. */
const SCHEME = 'click-lite:/';

/** Where a browser opens a link: the desktop's own page has an address that no browser knows. */
export function linkOrigin(kind: Platform['kind'], listener: string | undefined): string | null {
  if (kind === 'web') return window.location.origin;
  return listener === undefined ? null : `http://${listener}`;
}

/** A page of the interface (`/explore?q=...`) as a link for the desktop: `click-lite://explore?q=...`. */
export function desktopLink(path: string): string {
  return SCHEME + path;
}
