import { useId } from 'react';
import { NOTE_COLOURS, type NoteColour } from '@/api/types';
import classes from './notes.module.css';

/** One of the colours for notes and highlights; the arrow keys move through them. */
export function ColourPicker({
  value,
  onChange,
}: {
  value: NoteColour;
  onChange: (colour: NoteColour) => void;
}) {
  const name = useId();
  return (
    <fieldset className={classes.colours}>
      <legend className={classes.hidden}>Colour</legend>
      {NOTE_COLOURS.map((colour) => (
        <label key={colour} className={classes.colour} data-colour={colour} title={colour}>
          <input
            type="radio"
            className={classes.hidden}
            name={name}
            aria-label={colour}
            checked={colour === value}
            onChange={() => onChange(colour)}
          />
        </label>
      ))}
    </fieldset>
  );
}
