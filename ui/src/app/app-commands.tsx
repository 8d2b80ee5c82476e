import { useMantineColorScheme } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { notifyFailure } from '@/components/notify';
import { usePreferences } from '@/lib/preferences/preferences';
import { useCommandRegistry, useCommands } from '@/lib/shortcuts/use-commands';
import type { Command } from '@/lib/shortcuts/registry';
import { usePlatform } from '@/platform/context';
import { PAGES } from './pages';

const Palette = lazy(() => import('./palette/palette'));
const ShortcutHelp = lazy(() => import('./shortcut-help'));

const MENU_COMMANDS: Record<string, string> = {
  'open-files': 'imports.open',
  'toggle-theme': 'app.theme',
  palette: 'app.palette',
  shortcuts: 'app.shortcuts',
  settings: 'app.settings',
};

/** The commands of the frame itself, the palette, the help, and the desktop's menu. */
export function AppCommands() {
  const { shell } = usePlatform();
  const registry = useCommandRegistry();
  const navigate = useNavigate();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [{ railCollapsed }, changePreferences] = usePreferences();
  const [paletteRequests, setPaletteRequests] = useState(0);
  const [helpOpened, setHelpOpened] = useState(false);

  const toggleTheme = (): void => {
    const dark = document.documentElement.dataset.mantineColorScheme === 'dark';
    setColorScheme(dark ? 'light' : 'dark');
  };
  const commands: Command[] = [
    {
      id: 'app.palette',
      title: 'Command palette',
      group: 'General',
      keys: ['mod+k'],
      onlyKeys: true,
      run: () => setPaletteRequests((count) => count + 1),
    },
    {
      id: 'app.shortcuts',
      title: 'Keyboard shortcuts',
      group: 'General',
      keys: ['?'],
      run: () => setHelpOpened(true),
    },
    {
      id: 'app.theme',
      title: 'Switch between light and dark',
      group: 'General',
      keys: ['mod+shift+l'],
      run: toggleTheme,
    },
    ...(colorScheme === 'auto'
      ? []
      : [
          {
            id: 'app.theme-system',
            title: 'Use the theme of the system',
            group: 'General',
            run: () => setColorScheme('auto'),
          },
        ]),
    {
      id: 'app.rail',
      title: railCollapsed ? 'Show page names' : 'Hide page names',
      group: 'General',
      keys: ['mod+b'],
      run: () => changePreferences({ railCollapsed: !railCollapsed }),
    },
    ...PAGES.map(({ to, title, key }) => ({
      id: `app.${to.slice(1)}`,
      title: `Go to ${title}`,
      group: 'Pages',
      keys: [key],
      run: () => void navigate({ to }),
    })),
  ];
  if (shell !== null) {
    commands.push(
      {
        id: 'server.restart',
        title: 'Restart the server',
        group: 'Server',
        run: () =>
          void shell
            .restartServer()
            .catch((error: unknown) => notifyFailure('The server did not restart', error)),
      },
      {
        id: 'server.logs',
        title: 'Open the folder of the server’s log',
        group: 'Server',
        run: () =>
          void shell
            .openLogFolder()
            .catch((error: unknown) => notifyFailure('The folder did not open', error)),
      },
    );
  }
  useCommands(commands);

  useEffect(() => {
    return shell?.onMenu((item) => {
      const id = MENU_COMMANDS[item];
      if (id !== undefined) registry.run(id);
    });
  }, [shell, registry]);

  useEffect(() => shell?.onOpenLink((path) => void navigate({ href: path })), [shell, navigate]);

  return (
    <Suspense fallback={null}>
      {paletteRequests > 0 && <Palette requests={paletteRequests} />}
      {helpOpened && <ShortcutHelp onClose={() => setHelpOpened(false)} />}
    </Suspense>
  );
}
