import { Keys } from '@/components/keys';
import classes from './shortcut.module.css';

/** A tooltip's text with the key that does the same. */
export function Shortcut({ text, keys }: { text: string; keys: string }) {
  return (
    <span className={classes.shortcut}>
      {text} <Keys of={keys} />
    </span>
  );
}
