import { IconAlertTriangle, IconCheck, IconMinus, IconX } from '@tabler/icons-react';
import type { CheckStep } from '@/api/sources';
import { CopyButton } from '@/components/copy-button';
import classes from './connections.module.css';
import { STEP_NAMES } from './kinds';

const ICONS = { ok: IconCheck, warning: IconAlertTriangle, failed: IconX, skipped: IconMinus } as const;
const STATES = { ok: 'works', warning: 'works', failed: 'does not work', skipped: 'not tried' } as const;

/** What works and what does not, in order, with what would help. */
export function CheckList({ steps }: { steps: CheckStep[] }) {
  return (
    <ul className={classes.steps} aria-label="Steps of the test">
      {steps.map(({ name, state, message, hint }) => {
        const Icon = ICONS[state];
        return (
          <li key={name} className={classes.step} data-state={state}>
            <Icon size={14} aria-hidden />
            <span className={classes.stepName}>
              {STEP_NAMES[name] ?? name}
              <span className={classes.hidden}> {STATES[state]}</span>
            </span>
            <span className={classes.stepText}>
              {state === 'skipped' ? 'not tried' : message}
              {hint?.startsWith('GRANT ') === true ? (
                <span className={classes.grant}>
                  <code>{hint}</code>
                  <CopyButton text={hint} label="Copy the GRANT" />
                </span>
              ) : (
                hint !== undefined && <span className={classes.hint}>{hint}</span>
              )}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
