import { Autocomplete, Button, NumberInput, TextInput, ActionIcon, Tooltip } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '@/api/client';
import { ApiError } from '@/api/errors';
import type { DeletePreview, Retention, RetentionChange, Signal } from '@/api/types';
import { notifyDone, plainMessage } from '@/components/notify';
import { formatCountOf } from '@/lib/format/numbers';
import { PreviewPanel } from './preview-panel';
import {
  changeOf,
  draftOf,
  hasProblem,
  isSame,
  MAX_DAYS,
  ruleProblem,
  SIGNAL_TITLES,
  SIGNALS,
  withNewRule,
  withoutRule,
  withRule,
  withSignal,
  type Draft,
  type DraftRule,
} from './retention-draft';
import { Section } from './section';
import classes from './storage.module.css';

interface RetentionSectionProps {
  retention: Retention;
  /** Names to choose from. */
  services: string[];
}

/** The rules, with what a change of them would delete before it is made. */
export function RetentionSection({ retention, services }: RetentionSectionProps) {
  const api = useApi();
  const queries = useQueryClient();
  const [edited, setEdited] = useState<Draft | null>(null);
  const [counted, setCounted] = useState<{ preview: DeletePreview; change: RetentionChange } | null>(null);
  const stored = draftOf(retention);
  const draft = edited ?? stored;
  const isChanged = edited !== null && !isSame(edited, stored);

  const preview = useMutation({
    mutationFn: (change: RetentionChange) => api.previewRetention(change),
    onSuccess: (result, change) => setCounted({ preview: result, change }),
  });
  const apply = useMutation({
    mutationFn: (change: RetentionChange) => api.changeRetention(change),
    onSuccess: async ({ retention: next }) => {
      queries.setQueryData(['storage', 'retention'], next);
      discard();
      notifyDone('The rules are in force. What is over is being deleted.');
      await queries.invalidateQueries({ queryKey: ['storage', 'runs'] });
    },
    // Somebody else's change: it is shown, and what was typed stays until it is given up.
    onError: () => queries.invalidateQueries({ queryKey: ['storage', 'retention'] }),
  });
  const isStale = apply.error instanceof ApiError && apply.error.code === 'retention.changed';
  const failure = apply.error ?? preview.error;

  function discard(): void {
    setEdited(null);
    setCounted(null);
    preview.reset();
    apply.reset();
  }
  const edit = (next: Draft): void => {
    setEdited(next);
    setCounted(null);
    apply.reset();
  };
  const canAsk = isChanged && !hasProblem(draft);
  return (
    <Section
      title="How long records are kept"
      note="Days are counted from a record’s own time or its arrival, whichever is later. It goes in the night after they are over. The first rule that fits counts."
    >
      <div className={classes.signals}>
        {SIGNALS.map((signal) => (
          <SignalEditor
            key={signal}
            signal={signal}
            draft={draft}
            configuredDays={retention.configured_days}
            services={services}
            onChange={edit}
          />
        ))}
      </div>
      {retention.cold_after_days != null && (
        <p className={classes.note}>
          Days older than {retention.cold_after_days} are moved to the cold volume and stay searchable.
        </p>
      )}
      {counted !== null && <PreviewPanel preview={counted.preview} change={counted.change} />}
      {failure !== null && (
        <p className={classes.problem} role="alert">
          {isStale
            ? 'Somebody changed the rules meanwhile. Discard your change to see them.'
            : plainMessage(failure)}
        </p>
      )}
      {isChanged && (
        <div className={classes.buttons}>
          <Button variant="default" onClick={discard}>
            Discard
          </Button>
          {counted === null ? (
            <Button
              disabled={!canAsk}
              loading={preview.isPending}
              onClick={() => preview.mutate(changeOf(draft))}
            >
              Count what goes
            </Button>
          ) : (
            <Button
              color={counted.preview.rows > 0 ? 'red' : undefined}
              disabled={!canAsk || isStale}
              loading={apply.isPending}
              onClick={() => apply.mutate(counted.change)}
            >
              {counted.preview.rows > 0
                ? `Apply and delete ${formatCountOf(counted.preview.rows, 'row')}`
                : 'Apply'}
            </Button>
          )}
        </div>
      )}
    </Section>
  );
}

interface SignalEditorProps {
  signal: Signal;
  draft: Draft;
  configuredDays: number;
  services: string[];
  onChange: (draft: Draft) => void;
}

function SignalEditor({ signal, draft, configuredDays, services, onChange }: SignalEditorProps) {
  const { days, rules } = draft[signal];
  const title = SIGNAL_TITLES[signal];
  return (
    <div className={classes.signal}>
      <NumberInput
        label={title}
        description={
          days === ''
            ? `${configuredDays} days, from the configuration`
            : 'set here; empty takes the configuration’s'
        }
        inputWrapperOrder={['label', 'input', 'description']}
        className={classes.days}
        size="xs"
        suffix=" days"
        placeholder={`${configuredDays} days`}
        min={1}
        max={MAX_DAYS}
        allowDecimal={false}
        allowNegative={false}
        clampBehavior="strict"
        value={days}
        onChange={(value) => onChange(withSignal(draft, signal, { days: numberOf(value) }))}
      />
      <ul className={classes.ruleList} aria-label={`Rules for ${title.toLowerCase()}`}>
        {rules.map((rule, index) => (
          <RuleEditor
            key={rule.id}
            name={`${title} rule ${index + 1}`}
            rule={rule}
            services={services}
            onChange={(change) => onChange(withRule(draft, signal, rule.id, change))}
            onRemove={() => onChange(withoutRule(draft, signal, rule.id))}
          />
        ))}
      </ul>
      <Button
        variant="subtle"
        size="compact-xs"
        leftSection={<IconPlus size={12} aria-hidden />}
        onClick={() => onChange(withNewRule(draft, signal))}
      >
        Add a rule for {title.toLowerCase()}
      </Button>
    </div>
  );
}

interface RuleEditorProps {
  name: string;
  rule: DraftRule;
  services: string[];
  onChange: (change: Partial<DraftRule>) => void;
  onRemove: () => void;
}

function RuleEditor({ name, rule, services, onChange, onRemove }: RuleEditorProps) {
  const problem = ruleProblem(rule);
  return (
    <li className={classes.rule}>
      <Autocomplete
        size="xs"
        aria-label={`${name}: service`}
        placeholder="Any service"
        data={services}
        limit={20}
        comboboxProps={{ shadow: 'sm', transitionProps: { duration: 0 } }}
        value={rule.service}
        onChange={(service) => onChange({ service })}
      />
      <TextInput
        aria-label={`${name}: attribute`}
        placeholder="Any attribute"
        value={rule.key}
        onChange={(event) => onChange({ key: event.currentTarget.value })}
      />
      <span aria-hidden>=</span>
      <TextInput
        aria-label={`${name}: value`}
        placeholder="Value"
        value={rule.value}
        onChange={(event) => onChange({ value: event.currentTarget.value })}
      />
      <NumberInput
        size="xs"
        className={classes.ruleDays}
        aria-label={`${name}: days`}
        suffix=" days"
        min={1}
        max={MAX_DAYS}
        allowDecimal={false}
        allowNegative={false}
        clampBehavior="strict"
        value={rule.days}
        onChange={(value) => onChange({ days: numberOf(value) })}
      />
      <Tooltip label="Remove this rule">
        <ActionIcon size="sm" aria-label={`Remove ${name}`} onClick={onRemove}>
          <IconTrash size={14} aria-hidden />
        </ActionIcon>
      </Tooltip>
      {problem !== null && <span className={classes.ruleProblem}>{problem}</span>}
    </li>
  );
}

function numberOf(value: number | string): number | '' {
  return typeof value === 'number' ? value : '';
}
