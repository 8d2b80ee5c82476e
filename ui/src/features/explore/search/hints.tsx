import { IconBulb } from '@tabler/icons-react';
import { useExplore, useResults } from '../state/explore-context';
import classes from './hints.module.css';

/** Under the search bar: what may have been meant otherwise, such as a field that is not known or `or` for `OR`. */
export function Hints() {
  const { search } = useExplore();
  const hints = useResults((results) => results.hints);
  const rowsOf = useResults((results) => results.rowsOf);
  if (hints.length === 0 || rowsOf?.query !== search.query) return null;
  return (
    <div className={classes.hints} role="status">
      {hints.map(({ message, position }) => (
        <span key={`${position} ${message}`} className={classes.hint}>
          <IconBulb size={14} className={classes.icon} aria-hidden />
          {message}
        </span>
      ))}
    </div>
  );
}
