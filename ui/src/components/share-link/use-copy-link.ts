import { useStatus } from '@/api/status';
import { notifyDone, notifyFailure } from '@/components/notify';
import { usePlatform } from '@/platform/context';
import { desktopLink, linkOrigin, type LinkForm } from './link-forms';

/** Copies a page of the interface (`/explore?q=...`) as a link that opens elsewhere, or later. */
export function useCopyLink(): (path: string, form?: LinkForm) => void {
  const platform = usePlatform();
  const listener = useStatus().data?.listeners.http;
  return (path, form = 'browser') => {
    const origin = linkOrigin(platform.kind, listener);
    if (form === 'browser' && origin === null) {
      notifyFailure('Nothing was copied', new Error('the server has not told its address yet'));
      return;
    }
    platform.writeClipboard(form === 'desktop' ? desktopLink(path) : `${origin ?? ''}${path}`).then(
      () => notifyDone('Link copied'),
      (error: unknown) => notifyFailure('Nothing was copied', error),
    );
  };
}
