import { useMantineColorScheme } from '@mantine/core';
import { useEffect } from 'react';
import { usePlatform } from '@/platform/context';

/** Lets the title bar and the menu of the desktop's window follow the theme of the page. */
export function WindowTheme() {
  const { shell } = usePlatform();
  const { colorScheme } = useMantineColorScheme();
  useEffect(() => {
    // A window manager that draws its own title bar takes no advice.
    shell?.setTheme(colorScheme === 'auto' ? null : colorScheme).catch(() => undefined);
  }, [shell, colorScheme]);
  return null;
}
