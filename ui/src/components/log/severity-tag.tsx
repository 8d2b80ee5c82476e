import type { Level } from '@/api/types';
import { LEVEL_TAGS } from '@/lib/severity';
import classes from './severity-tag.module.css';

/** The three letters of a level in its colour. It stands in every row, so its look is a class, not a style of its own. */
export function SeverityTag({ level }: { level: Level }) {
  return (
    <span className={classes.tag} data-level={level} title={level}>
      {LEVEL_TAGS[level]}
    </span>
  );
}
