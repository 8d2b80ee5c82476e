import type { Retention, RetentionChange, RetentionRule, Signal, SignalPolicy } from '@/api/types';

/** A rule as it is typed. */
export interface DraftRule {
  /** Tells the rules apart while they are edited. */
  id: number;
  service: string;
  key: string;
  value: string;
  days: number | '';
}

/** How long one signal is kept, as it is typed. */
export interface DraftSignal {
  /** Empty takes the configuration's. */
  days: number | '';
  rules: DraftRule[];
}

export interface Draft {
  version: number;
  logs: DraftSignal;
  traces: DraftSignal;
}

export const SIGNALS: readonly Signal[] = ['logs', 'traces'];
export const SIGNAL_TITLES: Record<Signal, string> = { logs: 'Logs', traces: 'Traces' };
export const MAX_DAYS = 36_500;

export function draftOf(retention: Retention): Draft {
  let id = 0;
  const signal = ({ days, source, rules }: Retention[Signal]): DraftSignal => ({
    days: source === 'api' ? days : '',
    rules: rules.map((rule) => ({
      id: id++,
      service: rule.service ?? '',
      key: rule.attribute?.key ?? '',
      value: rule.attribute?.value ?? '',
      days: rule.days,
    })),
  });
  return { version: retention.version, logs: signal(retention.logs), traces: signal(retention.traces) };
}

export function withSignal(draft: Draft, signal: Signal, change: Partial<DraftSignal>): Draft {
  return { ...draft, [signal]: { ...draft[signal], ...change } };
}

export function withRule(draft: Draft, signal: Signal, id: number, change: Partial<DraftRule>): Draft {
  const rules = draft[signal].rules.map((rule) => (rule.id === id ? { ...rule, ...change } : rule));
  return withSignal(draft, signal, { rules });
}

export function withoutRule(draft: Draft, signal: Signal, id: number): Draft {
  return withSignal(draft, signal, { rules: draft[signal].rules.filter((rule) => rule.id !== id) });
}

export function withNewRule(draft: Draft, signal: Signal): Draft {
  const ids = SIGNALS.flatMap((one) => draft[one].rules.map((rule) => rule.id));
  const rule = { id: Math.max(-1, ...ids) + 1, service: '', key: '', value: '', days: 7 } as const;
  return withSignal(draft, signal, { rules: [...draft[signal].rules, rule] });
}

/** What is wrong with a rule; `null` where nothing is. */
export function ruleProblem(rule: DraftRule): string | null {
  if (rule.service === '' && rule.key === '' && rule.value === '') return 'Choose a service or an attribute.';
  if ((rule.key === '') !== (rule.value === '')) return 'An attribute needs a name and a value.';
  if (rule.days === '' || rule.days < 1 || rule.days > MAX_DAYS) return 'Days go from 1 to 36 500.';
  return null;
}

export function hasProblem(draft: Draft): boolean {
  return SIGNALS.some((signal) => draft[signal].rules.some((rule) => ruleProblem(rule) !== null));
}

/** What the server takes; only for a draft without a problem. */
export function changeOf(draft: Draft): RetentionChange {
  const signal = ({ days, rules }: DraftSignal): SignalPolicy => ({
    days: days === '' ? null : days,
    rules: rules.map(toRule),
  });
  return { version: draft.version, logs: signal(draft.logs), traces: signal(draft.traces) };
}

function toRule({ service, key, value, days }: DraftRule): RetentionRule {
  return {
    service: service === '' ? null : service,
    attribute: key === '' ? null : { key, value },
    days: days === '' ? 1 : days,
  };
}

/** The same rules, whatever version and ids. */
export function isSame(one: Draft, other: Draft): boolean {
  const text = (draft: Draft): string => JSON.stringify({ ...changeOf(draft), version: 0 });
  return text(one) === text(other);
}

/** A rule in words: `service noisy`, `service pay, env = prod`. */
export function ruleText(rule: Pick<RetentionRule, 'service' | 'attribute'>): string {
  const parts = [
    rule.service == null ? null : `service ${rule.service}`,
    rule.attribute == null ? null : `${rule.attribute.key} = ${rule.attribute.value}`,
  ];
  return parts.filter((part) => part !== null).join(', ');
}
