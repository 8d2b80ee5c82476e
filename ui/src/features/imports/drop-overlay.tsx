import { IconFileImport } from '@tabler/icons-react';
import classes from './drop-overlay.module.css';

/** Over the whole window while files hang above it. */
export function DropOverlay() {
  return (
    <div className={classes.overlay} role="status">
      <div className={classes.frame}>
        <IconFileImport size={28} stroke={1.4} aria-hidden />
        <strong>Drop to look at the files</strong>
        <span>Nothing is imported before you say so. Plain text, gzip, zstd and bzip2.</span>
      </div>
    </div>
  );
}
