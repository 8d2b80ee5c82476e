import { ActionIcon, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { notifyFailure } from '@/components/notify';
import { usePlatform } from '@/platform/context';

interface CopyButtonProps {
  text: string | (() => string);
  /** What is copied, such as `Copy command`. */
  label: string;
}

const SHOWN_MS = 1_500;

export function CopyButton({ text, label }: CopyButtonProps) {
  const platform = usePlatform();
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = (): void => {
    platform.writeClipboard(typeof text === 'string' ? text : text()).then(
      () => setCopied(true),
      (error: unknown) => notifyFailure('Nothing was copied', error),
    );
  };

  return (
    <Tooltip label={copied ? 'Copied' : label}>
      <ActionIcon size="sm" aria-label={label} onClick={copy}>
        {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  );
}
