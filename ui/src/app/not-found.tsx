import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Page } from '@/components/page';

export function NotFound() {
  return (
    <Page title="Not found">
      <div style={{ padding: 16 }}>
        <p>There is no page at this address.</p>
        <Button component={Link} to="/explore">
          Go to Explore
        </Button>
      </div>
    </Page>
  );
}
