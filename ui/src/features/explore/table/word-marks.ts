import { NOTE_COLOURS, type NoteColour } from '@/api/types';
import type { WordMark } from '@/components/log/log-text';

/** A word, or several, that the user wants to stand out wherever they are. */
export interface Highlighted {
  text: string;
  colour: NoteColour;
}

const TEXT_LIMIT = 200;

/** The highlights as patterns: the text as it is written, in any case. What is stored otherwise is left out. */
export function wordMarks(highlights: readonly Highlighted[]): WordMark[] {
  return highlights
    .filter(
      ({ text, colour }) => typeof text === 'string' && text.trim() !== '' && NOTE_COLOURS.includes(colour),
    )
    .map(({ text, colour }) => ({
      pattern: new RegExp(
        text
          .trim()
          .slice(0, TEXT_LIMIT)
          .replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'),
        'gi',
      ),
      colour,
    }));
}
