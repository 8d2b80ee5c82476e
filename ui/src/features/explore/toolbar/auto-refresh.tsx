import { Button, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useExplore } from '../state/explore-context';
import { isRelative } from '@/lib/time-range/range';

export const REFRESH_INTERVALS_S = [0, 5, 10, 30, 60];

export function intervalName(seconds: number): string {
  if (seconds === 0) return 'Off';
  return seconds < 60 ? `${seconds} s` : `${seconds / 60} min`;
}

/** How often to look for newer rows; they wait behind a pill and never push what one reads. */
export function AutoRefresh() {
  const { search, autoRefreshS, setAutoRefreshS } = useExplore();
  const canFollow = isRelative(search.range) || search.range.to === null;
  const isOn = canFollow && autoRefreshS > 0;
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button
          variant="default"
          px={6}
          aria-label={`Look for newer rows: ${intervalName(canFollow ? autoRefreshS : 0).toLowerCase()}`}
          title="Look for newer rows by itself"
        >
          {isOn && <span style={{ marginRight: 4 }}>{intervalName(autoRefreshS)}</span>}
          <IconChevronDown size={13} aria-hidden />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{canFollow ? 'Look for newer rows each' : 'This range ends in the past'}</Menu.Label>
        {REFRESH_INTERVALS_S.map((seconds) => (
          <Menu.Item
            key={seconds}
            disabled={!canFollow}
            fw={seconds === autoRefreshS ? 600 : undefined}
            onClick={() => setAutoRefreshS(seconds)}
          >
            {intervalName(seconds)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
