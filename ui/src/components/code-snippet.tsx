import { CopyButton } from './copy-button';
import classes from './code-snippet.module.css';

/** Text to be copied into a terminal. */
export function CodeSnippet({ code, label }: { code: string; label: string }) {
  return (
    <div className={classes.snippet}>
      <pre className={classes.code} tabIndex={0} aria-label={label}>
        {code}
      </pre>
      <CopyButton text={code} label={`Copy: ${label}`} />
    </div>
  );
}
