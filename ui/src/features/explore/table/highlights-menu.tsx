import { ActionIcon, Button, Popover, TextInput, Tooltip } from '@mantine/core';
import { IconHighlight, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { NoteColour } from '@/api/types';
import { ColourPicker } from '../notes/colour-picker';
import { useTableLook } from './table-look';
import classes from './log-table.module.css';

/** Words that stand out in their colour in every row, whatever is searched. */
export function HighlightsMenu() {
  const { highlights, setHighlights } = useTableLook();
  const [isOpen, setOpen] = useState(false);
  const [text, setText] = useState('');
  const [colour, setColour] = useState<NoteColour>('amber');
  const add = () => {
    const word = text.trim();
    if (word === '') return;
    setHighlights([...highlights.filter((other) => other.text !== word), { text: word, colour }]);
    setText('');
  };
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" withinPortal trapFocus returnFocus>
      <Popover.Target>
        <Tooltip label="Highlight words">
          <ActionIcon
            size={24}
            aria-label="Highlight words"
            aria-expanded={isOpen}
            variant={highlights.length > 0 ? 'light' : 'subtle'}
            color={highlights.length > 0 ? 'accent' : 'gray'}
            onClick={() => setOpen(!isOpen)}
          >
            <IconHighlight size={15} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label="Highlight words" className={classes.highlights}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            add();
          }}
        >
          <TextInput
            data-autofocus
            aria-label="Word to highlight"
            placeholder="Word or text"
            maxLength={200}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <div className={classes.addHighlight}>
            <ColourPicker value={colour} onChange={setColour} />
            <Button type="submit" disabled={text.trim() === ''}>
              Highlight
            </Button>
          </div>
        </form>
        <ul className={classes.words} aria-label="Highlighted words">
          {highlights.map((highlight) => (
            <li key={highlight.text} className={classes.word} data-colour={highlight.colour}>
              <span>{highlight.text}</span>
              <ActionIcon
                size={24}
                aria-label={`Do not highlight ${highlight.text}`}
                onClick={() => setHighlights(highlights.filter((other) => other !== highlight))}
              >
                <IconX size={12} aria-hidden />
              </ActionIcon>
            </li>
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  );
}
