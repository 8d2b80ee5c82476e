import { Menu } from '@mantine/core';
import type { ReactNode } from 'react';

/** Items of the menu under a heading, which is their name for those who do not see it. */
export function ExportGroup({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div role="group" aria-label={title}>
      <Menu.Label aria-hidden>{title}</Menu.Label>
      {children}
    </div>
  );
}
