import { Button, SegmentedControl, Select, Switch, TextInput, useMantineColorScheme } from '@mantine/core';
import { useState } from 'react';
import { notifyDone, notifyUndo } from '@/components/notify';
import { Page } from '@/components/page';
import { zoneName, zoneNames } from '@/lib/time-range/time-zone';
import {
  FRACTION_DIGITS,
  PAGE_ROWS,
  START_RANGES,
  usePreferences,
  type Preferences,
} from '@/lib/preferences/preferences';
import { useCommandRegistry } from '@/lib/shortcuts/use-commands';
import { formatRange } from '@/lib/time-range/range';
import { forgetLayout } from './forget-layout';
import { Section, Setting } from './setting';
import classes from './settings-page.module.css';

function startName(range: Preferences['startRange']): string {
  if (range === 'last') return 'The one chosen last';
  return formatRange(range === 'all' ? { from: null, to: null } : { from: range, to: 'now' }, 'utc');
}

/** The two that most want, then all others by name. */
function zoneChoices(): { value: string; label: string }[] {
  return [
    { value: 'local', label: `Local (${zoneName('local')})` },
    { value: 'utc', label: 'UTC' },
    ...zoneNames()
      .filter((name) => name !== 'UTC')
      .map((name) => ({ value: name, label: name.replaceAll('_', ' ') })),
  ];
}

export function SettingsPage() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [preferences, change] = usePreferences();
  const registry = useCommandRegistry();
  const [zones] = useState(zoneChoices);
  return (
    <Page title="Settings">
      <div className={classes.settings}>
        <Section title="Look">
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
        </Section>
        <Section title="Time">
          <Setting title="Time zone" text="In which times are shown and typed. Stored times do not change.">
            <Select
              aria-label="Time zone"
              className={classes.select}
              allowDeselect={false}
              searchable
              limit={80}
              nothingFoundMessage="No zone has this name"
              value={preferences.timeZone}
              onChange={(value) => value !== null && change({ timeZone: value })}
              data={zones}
            />
          </Setting>
          <Setting
            title="Fraction of a second"
            text="Digits in tables. The row always shows all that were sent."
          >
            <SegmentedControl
              aria-label="Fraction of a second"
              value={preferences.fractionDigits}
              onChange={(value) => change({ fractionDigits: value })}
              data={FRACTION_DIGITS.map((digits) => ({
                value: digits,
                label: digits === '0' ? 'none' : digits,
              }))}
            />
          </Setting>
          <Setting
            title="Dates in tables"
            text="Left out where all rows are of one day, unless always wanted."
          >
            <SegmentedControl
              aria-label="Dates in tables"
              value={preferences.dates}
              onChange={(value) => change({ dates: value })}
              data={[
                { value: 'needed', label: 'Where needed' },
                { value: 'always', label: 'Always' },
              ]}
            />
          </Setting>
          <Setting title="Range at the start" text="With which Explore opens; links keep their own.">
            <Select
              aria-label="Range at the start"
              className={classes.select}
              allowDeselect={false}
              value={preferences.startRange}
              onChange={(value) => value !== null && change({ startRange: value })}
              data={START_RANGES.map((range) => ({ value: range, label: startName(range) }))}
            />
          </Setting>
        </Section>
        <Section title="Search and notes">
          <Setting
            title="Rows at first"
            text="How many a search fetches before you scroll. Fewer answer sooner."
          >
            <SegmentedControl
              aria-label="Rows at first"
              value={preferences.pageRows}
              onChange={(value) => change({ pageRows: value })}
              data={PAGE_ROWS.map((rows) => ({ value: rows, label: rows }))}
            />
          </Setting>
          <Setting title="Your name" text="Stands beside the notes that you write on rows.">
            <TextInput
              aria-label="Your name"
              className={classes.select}
              maxLength={100}
              value={preferences.authorName}
              onChange={(event) => change({ authorName: event.currentTarget.value })}
            />
          </Setting>
        </Section>
        <Section title="Help">
          <Setting title="Tour" text="Six steps through Explore, with your own rows.">
            <Button variant="default" onClick={() => registry.run('app.tour')}>
              Start the tour
            </Button>
          </Setting>
          <Setting title="Keyboard shortcuts" text="What each key does on the page you are on.">
            <Button variant="default" onClick={() => registry.run('app.shortcuts')}>
              Show the shortcuts
            </Button>
          </Setting>
          <Setting
            title="Layout"
            text="Forgets widths of columns and panels, open groups, column sets and highlights. Nothing stored is touched."
          >
            <Button
              variant="default"
              onClick={() => {
                const restore = forgetLayout(window.localStorage);
                if (restore === null) notifyDone('The layout is as at first already');
                else notifyUndo('The layout is as at first', restore);
              }}
            >
              Reset the layout
            </Button>
          </Setting>
        </Section>
        <p className={classes.note}>Kept on this computer, for this user.</p>
      </div>
    </Page>
  );
}
