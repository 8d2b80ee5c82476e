import { Button } from '@mantine/core';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { EmptyState } from '@/components/empty-state';
import { Page } from '@/components/page';

/** A fault of the interface itself: the page is gone, the frame and everything stored are not. */
export function RouteError({ error, reset }: ErrorComponentProps) {
  const message = error instanceof Error ? error.message : String(error);
  const outdated = /dynamically imported module|module script/i.test(message);
  return (
    <Page title="This page failed">
      <EmptyState
        title={outdated ? 'Click-Lite was updated' : 'This page failed'}
        action={
          <Button variant="default" onClick={outdated ? () => window.location.reload() : reset}>
            {outdated ? 'Reload' : 'Show the page again'}
          </Button>
        }
      >
        {outdated
          ? 'The server now has a newer version of this page. Reload to get it.'
          : `Nothing that is stored is affected. What went wrong: ${message}`}
      </EmptyState>
    </Page>
  );
}
