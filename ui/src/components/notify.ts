import { notifications } from '@mantine/notifications';
import { createElement } from 'react';
import { ApiError, isAbort } from '@/api/errors';
import { ActionMessage } from './action-message';

/**
 * Toasts are for the outcome of something the user did and cannot see otherwise. What concerns the whole application
 * stands in the status bar, and what concerns a panel stands in that panel.
 */
export function notifyDone(message: string): void {
  notifications.show({ message, autoClose: 3_000, withBorder: true });
}

/** Something was taken away at once; a click brings it back. */
export function notifyUndo(message: string, undo: () => void): void {
  notifyWithAction(message, 'Undo', undo);
}

/** Something was done, and a click goes on from there. */
export function notifyWithAction(message: string, action: string, onAction: () => void): void {
  const id = notifications.show({
    message: createElement(ActionMessage, {
      message,
      action,
      onAction: () => {
        notifications.hide(id);
        onAction();
      },
    }),
    autoClose: 8_000,
    withBorder: true,
  });
}

/** Stays until it is closed; the same failure is not stacked. */
export function notifyFailure(title: string, error: unknown): void {
  if (isAbort(error)) return;
  notifications.show({
    id: `failure:${title}`,
    title,
    message: plainMessage(error),
    color: 'red',
    autoClose: false,
    withBorder: true,
  });
}

/** What the error says, as a sentence. */
export function plainMessage(error: unknown): string {
  return asSentence(error instanceof ApiError || error instanceof Error ? error.message : String(error));
}

/** The server writes in lower case and without a full stop. */
export function asSentence(text: string): string {
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?:]$/.test(sentence) ? sentence : `${sentence}.`;
}
