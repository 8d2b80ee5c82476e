import { Modal } from '@mantine/core';
import { Keys } from '@/components/keys';
import { useAllCommands } from '@/lib/shortcuts/use-commands';
import type { Command } from '@/lib/shortcuts/registry';
import classes from './shortcut-help.module.css';

/** The shortcuts that work on this page, by group. */
export default function ShortcutHelp({ onClose }: { onClose: () => void }) {
  const groups = new Map<string, Command[]>();
  for (const command of useAllCommands()) {
    if (command.keys === undefined || command.keys.length === 0) continue;
    groups.set(command.group, [...(groups.get(command.group) ?? []), command]);
  }
  return (
    <Modal opened onClose={onClose} title="Keyboard shortcuts" size="lg">
      <div className={classes.groups}>
        {[...groups].map(([group, commands]) => (
          <section key={group} className={classes.group}>
            <h3 className={classes.heading}>{group}</h3>
            <dl className={classes.list}>
              {commands.map((command) => (
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
    </Modal>
  );
}
