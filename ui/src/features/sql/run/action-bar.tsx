import { Button, Tooltip } from '@mantine/core';
import { IconListTree, IconPlayerPlayFilled, IconPlayerStopFilled, IconWand } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Keys } from '@/components/keys';
import { EstimateLine } from './estimate-line';
import type { EstimateState } from './use-estimate';
import classes from './run.module.css';

interface ActionBarProps {
  /** Where it runs; `null` is this server. */
  source: string | null;
  isRunning: boolean;
  hasSelection: boolean;
  /** Why it can't run now, or `null`. */
  obstacle: string | null;
  estimate: EstimateState;
  onRun: () => void;
  onCancel: () => void;
  onFormat: () => void;
  onExplain: () => void;
  /** The choice of where it runs. */
  children: ReactNode;
}

/** Between editor and answer: run, what it would cost, and what else can be done with the statement. */
export function ActionBar(props: ActionBarProps) {
  const {
    source,
    isRunning,
    hasSelection,
    obstacle,
    estimate,
    onRun,
    onCancel,
    onFormat,
    onExplain,
    children,
  } = props;
  return (
    <div className={classes.bar}>
      {isRunning ? (
        <Button
          className={classes.run}
          variant="default"
          leftSection={<IconPlayerStopFilled size={13} aria-hidden />}
          onClick={onCancel}
        >
          Cancel
        </Button>
      ) : (
        <Tooltip label={obstacle ?? <Keys of="mod+Enter" />}>
          <Button
            className={classes.run}
            leftSection={<IconPlayerPlayFilled size={13} aria-hidden />}
            disabled={obstacle !== null}
            onClick={onRun}
          >
            {hasSelection ? 'Run selection' : 'Run'}
          </Button>
        </Tooltip>
      )}
      {children}
      <EstimateLine {...estimate} source={source} />
      <span className={classes.space} />
      <Tooltip label="Write the statement over several lines">
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconWand size={14} aria-hidden />}
          disabled={obstacle !== null}
          onClick={onFormat}
        >
          Format
        </Button>
      </Tooltip>
      <Tooltip label="How ClickHouse would run it, and which indexes serve it">
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconListTree size={14} aria-hidden />}
          disabled={obstacle !== null}
          onClick={onExplain}
        >
          Plan
        </Button>
      </Tooltip>
    </div>
  );
}
