import { Button } from '@mantine/core';
import classes from './action-message.module.css';

interface ActionMessageProps {
  message: string;
  /** The word of the button. */
  action: string;
  onAction: () => void;
}

/** What was done, and the button that takes it back or leads to it. */
export function ActionMessage({ message, action, onAction }: ActionMessageProps) {
  return (
    <span className={classes.message}>
      <span className={classes.text}>{message}</span>
      <Button className={classes.action} variant="subtle" size="compact-xs" onClick={onAction}>
        {action}
      </Button>
    </span>
  );
}
