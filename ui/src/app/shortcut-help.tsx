import { Modal, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { Keys } from '@/components/keys';
import { useAllCommands } from '@/lib/shortcuts/use-commands';
import type { Command } from '@/lib/shortcuts/registry';
import { rank } from './palette/rank';
import classes from './shortcut-help.module.css';

/** The shortcuts that work on this page, by group; those of several parts of a page stand once. */
export default function ShortcutHelp({ onClose }: { onClose: () => void }) {
  const [sought, setSought] = useState('');
  const groups = new Map<string, Map<string, Command>>();
  for (const command of useAllCommands()) {
    if (command.keys === undefined || command.keys.length === 0) continue;
    if (rank(`${command.title} ${command.group} ${command.keys.join(' ')}`, sought) === 0) continue;
    const group = groups.get(command.group) ?? new Map<string, Command>();
    groups.set(command.group, group.set(command.id, command));
  }
  return (
    <Modal opened onClose={onClose} title="Keyboard shortcuts" size="xl">
      <TextInput
        data-autofocus
        aria-label="Find a shortcut"
        placeholder="Find a shortcut"
        leftSection={<IconSearch size={13} aria-hidden />}
        value={sought}
        onChange={(event) => setSought(event.currentTarget.value)}
      />
      <div className={classes.groups}>
        {[...groups].map(([group, commands]) => (
          <section key={group} className={classes.group} aria-label={group}>
            <h3 className={classes.heading}>{group}</h3>
            <dl className={classes.list}>
              {[...commands.values()].map((command) => (
                <div key={command.id} className={classes.line}>
                  <dt>{command.title}</dt>
                  <dd>
                    {command.keys?.map((keys, index) => (
                      <span key={keys}>
                        {index > 0 && <span className={classes.or}>or</span>}
                        <Keys of={keys} />
                      </span>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      {groups.size === 0 && <p className={classes.nothing}>No shortcut of this page has these words.</p>}
    </Modal>
  );
}
