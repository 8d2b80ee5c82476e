import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { EmptyState } from '@/components/empty-state';
import { Page } from '@/components/page';

export function NotFound() {
  return (
    <Page title="Not found">
      <EmptyState
        title="There is no page at this address"
        action={
          <Button component={Link} to="/explore" variant="default">
            Go to Explore
          </Button>
        }
      >
        The link may be cut off, or come from a newer version.
      </EmptyState>
    </Page>
  );
}
