import { Button } from '@mantine/core';
import { IconAlertTriangle, IconBulb, IconHelpCircle } from '@tabler/icons-react';
import { ApiError } from '@/api/errors';
import { overBudget } from '@/api/sql';
import { plainMessage } from '@/components/notify';
import { ChooseSource } from '@/components/sources/choose-source';
import { knownInstead } from '@/components/sources/known-sources';
import type { SqlMark } from '@/components/sql-editor/sql-editor';
import { estimateText } from '@/lib/format/estimate';
import classes from './run.module.css';

interface MessagesProps {
  error: unknown;
  marks: readonly SqlMark[];
  onGoTo: (offset: number) => void;
  onConfirm: () => void;
  /** Runs it elsewhere, where its server is not known any more. */
  onSource: (source: string) => void;
}

const HINTS_SHOWN = 3;

/** Under the editor: what is wrong, what is asked, what would be better; each leads to its place. */
export function Messages({ error, marks, onGoTo, onConfirm, onSource }: MessagesProps) {
  const asked = overBudget(error);
  const others = knownInstead(error);
  const mistake = marks.find(({ kind }) => kind === 'error');
  const hints = marks.filter(({ kind }) => kind === 'hint').slice(0, HINTS_SHOWN);
  if (error === null && hints.length === 0) return null;
  const hint = error instanceof ApiError ? (error.details as { hint?: string | null } | null)?.hint : null;
  return (
    <div className={classes.messages}>
      {asked !== null && (
        <div role="alert" className={classes.message} data-kind="ask">
          <IconHelpCircle size={15} aria-hidden />
          {asked.verdict === 'ask' ? (
            <>
              <span>{estimateText(asked)}. That is more than runs without asking.</span>
              <Button variant="default" size="compact-xs" onClick={onConfirm}>
                Run it anyway
              </Button>
            </>
          ) : (
            <span>{estimateText(asked)}. That is more than is allowed: narrow it, for example in time.</span>
          )}
        </div>
      )}
      {error !== null && asked === null && (
        <div role="alert" className={classes.message} data-kind="error">
          <IconAlertTriangle size={15} aria-hidden />
          <span>
            <strong>{plainMessage(error)}</strong> {hint == null ? '' : plainMessage(hint)}
          </span>
          {others !== null && <ChooseSource names={others} onChoose={onSource} />}
          {mistake !== undefined && (
            <Button variant="subtle" size="compact-xs" onClick={() => onGoTo(mistake.from)}>
              Show
            </Button>
          )}
        </div>
      )}
      {hints.map((mark) => (
        <div key={mark.message} role="note" className={classes.message} data-kind="hint">
          <IconBulb size={15} aria-hidden />
          <span>{mark.message}</span>
          <Button variant="subtle" size="compact-xs" onClick={() => onGoTo(mark.from)}>
            Show
          </Button>
        </div>
      ))}
    </div>
  );
}
