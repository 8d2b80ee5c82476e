import { Menu } from '@mantine/core';
import { usePlatform } from '@/platform/context';
import type { LinkForm } from './link-forms';

interface CopyLinkItemsProps {
  /** What the link leads to, such as `to this row`. */
  what: string;
  onCopy: (form: LinkForm) => void;
}

/** Items of a menu that copy a link: one in a browser; on the desktop one for either. */
export function CopyLinkItems({ what, onCopy }: CopyLinkItemsProps) {
  const { kind } = usePlatform();
  if (kind === 'web') return <Menu.Item onClick={() => onCopy('browser')}>Copy a link {what}</Menu.Item>;
  return (
    <>
      <Menu.Item onClick={() => onCopy('desktop')}>Copy a link {what} for Click-Lite</Menu.Item>
      <Menu.Item onClick={() => onCopy('browser')}>Copy a link {what} for a browser</Menu.Item>
    </>
  );
}
