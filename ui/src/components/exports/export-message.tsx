import { Button } from '@mantine/core';
import classes from './exports.module.css';

interface ExportMessageProps {
  message: string;
  /** What changes while one looks on, and is not read out each time. */
  figure?: string;
  /** The word of the button. */
  action: string;
  onAction: () => void;
}

/** How far an export is, or what it asks, and the button that answers it. */
export function ExportMessage({ message, figure, action, onAction }: ExportMessageProps) {
  return (
    <span className={classes.message}>
      <span className={classes.text}>
        {message} {figure !== undefined && <span aria-live="off">{figure}</span>}
      </span>
      <Button className={classes.action} variant="subtle" size="compact-xs" onClick={onAction}>
        {action}
      </Button>
    </span>
  );
}
