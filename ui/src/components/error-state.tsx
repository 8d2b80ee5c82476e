import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { ApiError } from '@/api/errors';
import { CopyButton } from './copy-button';
import { plainMessage } from './notify';
import classes from './state.module.css';

interface ErrorStateProps {
  /** What did not work, such as `The imports could not be listed`. */
  title: string;
  error: unknown;
  onRetry?: () => void;
}

export function ErrorState({ title, error, onRetry }: ErrorStateProps) {
  const requestId = error instanceof ApiError ? error.requestId : null;
  return (
    <div className={classes.state} role="alert">
      <h2 className={classes.title}>
        <IconAlertTriangle size={16} aria-hidden className={classes.warning} />
        {title}
      </h2>
      <div className={classes.text}>{plainMessage(error)}</div>
      {onRetry !== undefined && (
        <Button variant="default" onClick={onRetry}>
          Try again
        </Button>
      )}
      {requestId !== null && (
        <div className={classes.request}>
          Request {requestId}
          <CopyButton text={requestId} label="Copy the request id" />
        </div>
      )}
    </div>
  );
}
