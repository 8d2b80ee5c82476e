import type { DeletePreview, RetentionChange } from '@/api/types';
import { formatBytes, formatCountOf } from '@/lib/format/numbers';
import { deleteText, waitingText } from './delete-text';
import { ruleText, SIGNAL_TITLES } from './retention-draft';
import classes from './storage.module.css';

interface PreviewPanelProps {
  preview: DeletePreview;
  /** The rules it was counted for, to name them. */
  change?: RetentionChange;
}

/** What a change would delete, in words and by rule. */
export function PreviewPanel({ preview, change }: PreviewPanelProps) {
  const waiting = waitingText(preview);
  const rules = change === undefined ? [] : preview.by_rule.filter(({ rows }) => rows > 0);
  return (
    <div className={classes.preview} role="status" aria-label="What will be deleted">
      <p className={classes.sentence} data-loss={preview.rows > 0 || undefined}>
        {deleteText(preview)}
      </p>
      {rules.length > 0 && change !== undefined && (
        <ul className={classes.rules}>
          {rules.map(({ signal, rule, rows, bytes }) => {
            const own = rule == null ? undefined : change[signal].rules[rule];
            return (
              <li key={`${signal} ${rule ?? 'all'}`}>
                {SIGNAL_TITLES[signal]}, {own === undefined ? 'without a rule of their own' : ruleText(own)}:{' '}
                {formatCountOf(rows, 'row')}, {formatBytes(bytes)}
              </li>
            );
          })}
        </ul>
      )}
      {preview.first_day != null && preview.last_day != null && preview.rows > 0 && (
        <p className={classes.note}>
          {preview.first_day === preview.last_day
            ? `All of ${preview.first_day}.`
            : `From days between ${preview.first_day} and ${preview.last_day}.`}
        </p>
      )}
      {waiting !== null && <p className={classes.note}>{waiting}</p>}
    </div>
  );
}
