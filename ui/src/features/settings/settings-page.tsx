import { SegmentedControl, Switch, useMantineColorScheme } from '@mantine/core';
import type { ReactNode } from 'react';
import { Page } from '@/components/page';
import { zoneName } from '@/lib/format/time';
import { usePreferences } from '@/lib/preferences/preferences';
import classes from './settings-page.module.css';

export function SettingsPage() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [preferences, change] = usePreferences();
  return (
    <Page title="Settings">
      <div className={classes.settings}>
        <Setting title="Theme" text="System follows light and dark as your desktop switches.">
          <SegmentedControl
            aria-label="Theme"
            value={colorScheme}
            onChange={(value) => setColorScheme(value)}
            data={[
              { value: 'auto', label: 'System' },
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
            ]}
          />
        </Setting>
        <Setting title="Density" text="Height of a row in tables and lists: 22 or 28 px.">
          <SegmentedControl
            aria-label="Density"
            value={preferences.density}
            onChange={(value) => change({ density: value })}
            data={[
              { value: 'compact', label: 'Compact' },
              { value: 'comfortable', label: 'Comfortable' },
            ]}
          />
        </Setting>
        <Setting title="Time zone" text="In which times are shown and typed. Stored times do not change.">
          <SegmentedControl
            aria-label="Time zone"
            value={preferences.timeZone}
            onChange={(value) => change({ timeZone: value })}
            data={[
              { value: 'local', label: `Local (${zoneName('local')})` },
              { value: 'utc', label: 'UTC' },
            ]}
          />
        </Setting>
        <Setting
          title="Wrap lines"
          text="Long messages take several lines in the table instead of being cut."
        >
          <Switch
            aria-label="Wrap lines"
            checked={preferences.wrapLines}
            onChange={(event) => change({ wrapLines: event.currentTarget.checked })}
          />
        </Setting>
        <p className={classes.note}>Kept on this computer, for this user.</p>
      </div>
    </Page>
  );
}

function Setting({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <section className={classes.setting}>
      <div>
        <h2 className={classes.title}>{title}</h2>
        <p className={classes.text}>{text}</p>
      </div>
      {children}
    </section>
  );
}
