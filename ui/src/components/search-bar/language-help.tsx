import { ActionIcon, Popover, ScrollArea, Tooltip } from '@mantine/core';
import { IconHelp } from '@tabler/icons-react';
import { useState } from 'react';
import classes from './language-help.module.css';
import { HELP_SECTIONS } from './language-help-text';

interface LanguageHelpProps {
  /** Puts an example into the bar. */
  onExample: (text: string) => void;
}

/** What can be written, by example; a click takes an example into the bar. */
export function LanguageHelp({ onExample }: LanguageHelpProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover
      opened={isOpen}
      onChange={setOpen}
      position="bottom-end"
      width="min(620px, calc(100vw - 24px))"
      shadow="none"
      trapFocus
      transitionProps={{ duration: 90 }}
    >
      <Popover.Target>
        <Tooltip label="The search language">
          <ActionIcon
            size={24}
            aria-label="Help on the search language"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            <IconHelp size={15} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label="The search language">
        <ScrollArea.Autosize mah="min(70vh, 560px)" viewportProps={{ tabIndex: 0 }}>
          <div className={classes.help}>
            {HELP_SECTIONS.map(({ title, examples }) => (
              <section key={title}>
                <h3 className={classes.title}>{title}</h3>
                <dl className={classes.examples}>
                  {examples.map(({ text, about }) => (
                    <div key={text} className={classes.example}>
                      <dt>
                        <button
                          type="button"
                          className={classes.text}
                          onClick={() => {
                            setOpen(false);
                            onExample(text);
                          }}
                        >
                          {text}
                        </button>
                      </dt>
                      <dd className={classes.about}>{about}</dd>
                    </div>
                  ))}
                </dl>
              </section>
            ))}
          </div>
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  );
}
