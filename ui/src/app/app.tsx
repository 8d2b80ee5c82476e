import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { ApiClient, ApiContext } from '@/api/client';
import { isTransient } from '@/api/errors';
import { ForceSchemeContext, useForcedScheme } from '@/lib/forced-scheme';
import { PreferenceContext, PreferenceStore } from '@/lib/preferences/preferences';
import { CommandRegistry } from '@/lib/shortcuts/registry';
import { CommandContext } from '@/lib/shortcuts/use-commands';
import { PlatformContext } from '@/platform/context';
import type { Platform } from '@/platform/platform';
import { SessionGate } from '@/features/session/session-gate';
import { DensityAttribute } from './density-attribute';
import { router } from './router';
import { cssVariablesResolver, theme } from './theme';
import { WindowTheme } from './window-theme';

/** Builds what the whole interface shares, once. */
export function App({ platform }: { platform: Platform }) {
  const [shared] = useState(() => ({
    api: new ApiClient(platform),
    commands: new CommandRegistry(),
    preferences: new PreferenceStore(window.localStorage),
    queries: new QueryClient({
      defaultOptions: {
        queries: {
          retry: (failures, error) => failures < 3 && isTransient(error),
          refetchOnWindowFocus: false,
          // The server may be on this machine, where the browser's idea of being offline means nothing.
          networkMode: 'always',
        },
        mutations: { networkMode: 'always' },
      },
    }),
  }));
  const [forced, forceScheme] = useForcedScheme();

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => void shared.commands.handle(event);
    window.addEventListener('keydown', shared.commands.noteDialog, { capture: true });
    window.addEventListener('keydown', onKeyDown);
    return () => {
      window.removeEventListener('keydown', shared.commands.noteDialog, { capture: true });
      window.removeEventListener('keydown', onKeyDown);
    };
  }, [shared.commands]);

  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariablesResolver}
      defaultColorScheme="auto"
      forceColorScheme={forced}
    >
      <QueryClientProvider client={shared.queries}>
        <PlatformContext value={platform}>
          <ApiContext value={shared.api}>
            <PreferenceContext value={shared.preferences}>
              <CommandContext value={shared.commands}>
                <Notifications position="bottom-right" limit={3} />
                <DensityAttribute />
                <WindowTheme />
                <ForceSchemeContext value={forceScheme}>
                  <SessionGate>
                    <RouterProvider router={router} />
                  </SessionGate>
                </ForceSchemeContext>
              </CommandContext>
            </PreferenceContext>
          </ApiContext>
        </PlatformContext>
      </QueryClientProvider>
    </MantineProvider>
  );
}
