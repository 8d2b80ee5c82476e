import { useStatus } from '@/api/status';
import type { LogRow } from '@/api/types';
import { notifyDone, notifyFailure } from '@/components/notify';
import { usePlatform } from '@/platform/context';
import type { Platform } from '@/platform/platform';
import { rowKeyText } from '../state/row-key';
import { useExplore } from '../state/explore-context';
import { absoluteRange } from '@/lib/time-range/range';
import { exploreAddress } from '../state/search-state';

export interface RowActions {
  /** Of the search as it stands, with no row open. */
  copySearchLink: () => void;
  copyLink: () => void;
}

/** Where a browser opens a link: the desktop's own page has an address that no browser knows. */
export function linkOrigin(kind: Platform['kind'], listener: string | undefined): string | null {
  if (kind === 'web') return window.location.origin;
  return listener === undefined ? null : `http://${listener}`;
}

/** The server's address for a command that is pasted into a shell. */
export function serverAddress(kind: Platform['kind'], listener: string | undefined): string {
  return linkOrigin(kind, listener) ?? 'http://127.0.0.1:7410';
}

/** What can be copied of a row; nothing happens where there is none. */
export function useRowActions(row: LogRow | null): RowActions {
  const platform = usePlatform();
  const { search, results } = useExplore();
  const listener = useStatus().data?.listeners.http;
  const copy = (what: string, text: string) => {
    platform.writeClipboard(text).then(
      () => notifyDone(`${what} copied`),
      (error: unknown) => notifyFailure('Nothing was copied', error),
    );
  };
  return {
    copyLink: () => row && copyLink(rowKeyText(row)),
    copySearchLink: () => copyLink(),
  };

  function copyLink(key?: string): void {
    const origin = linkOrigin(platform.kind, listener);
    if (origin === null) {
      notifyFailure('Nothing was copied', new Error('the server has not told its address yet'));
      return;
    }
    // A link is opened later, when "the last 15 min" are others: it holds the times that are on screen.
    const { from, to } = results.run ?? {};
    const range =
      from !== undefined && to !== undefined ? absoluteRange(Date.parse(from), Date.parse(to)) : search.range;
    copy('Link', exploreAddress(origin, { ...search, range }, key));
  }
}
