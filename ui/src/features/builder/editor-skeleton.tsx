import classes from './builder.module.css';

/** Holds the place of the conditions and steps while the text is read: how many there are is not known before. */
export function EditorSkeleton() {
  return (
    <div className={classes.skeleton} role="status" aria-label="Reading the search">
      <span />
      <span />
      <span />
    </div>
  );
}
