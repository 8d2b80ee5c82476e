import { keyNames } from '@/lib/shortcuts/keys';
import classes from './keys.module.css';

/** A shortcut as keys: `<Keys of="mod+k" />`. */
export function Keys({ of }: { of: string }) {
  return (
    <span className={classes.keys}>
      {keyNames(of).map((name) => (
        <kbd key={name} className={classes.key}>
          {name}
        </kbd>
      ))}
    </span>
  );
}
