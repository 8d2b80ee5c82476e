import '@fontsource-variable/inter';
import '@fontsource-variable/jetbrains-mono';
import './app/mantine-styles';
import '@mantine/notifications/styles.css';
import './app/tokens.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app';
import { selectPlatform } from './platform/select';

// The page that opens first is fetched beside the platform, not after it; a failure is the route's to tell.
if (['/', '/explore'].includes(window.location.pathname)) {
  void import('@/features/explore/explore-page').catch(() => undefined);
}

const container = document.getElementById('root');
if (container === null) throw new Error('index.html has no element #root');
const root = createRoot(container);
void selectPlatform().then((platform) =>
  root.render(
    <StrictMode>
      <App platform={platform} />
    </StrictMode>,
  ),
);
