import { describe, expect, it } from 'vitest';
import type { Retention } from '@/api/types';
import {
  changeOf,
  draftOf,
  hasProblem,
  isSame,
  ruleProblem,
  ruleText,
  withNewRule,
  withoutRule,
  withRule,
  withSignal,
} from './retention-draft';

const retention: Retention = {
  version: 4,
  changed_at: null,
  configured_days: 30,
  logs: { days: 30, source: 'configuration', rules: [{ service: 'noisy', attribute: null, days: 3 }] },
  traces: { days: 5, source: 'api', rules: [] },
  next_run_at: '2026-11-24T00:05:00Z',
  cold_after_days: null,
};

describe('the draft of the rules', () => {
  it('comes back as it was, and leaves the configuration its say', () => {
    const draft = draftOf(retention);
    expect(draft.logs.days).toBe('');
    expect(changeOf(draft)).toEqual({
      version: 4,
      logs: { days: null, rules: [{ service: 'noisy', attribute: null, days: 3 }] },
      traces: { days: 5, rules: [] },
    });
  });

  it('knows whether anything was changed', () => {
    const draft = draftOf(retention);
    const added = withNewRule(draft, 'traces');
    expect(isSame(draft, { ...draft, version: 9 })).toBe(true);
    expect(isSame(draft, added)).toBe(false);
    const id = added.traces.rules[0]?.id ?? -1;
    expect(id).not.toBe(draft.logs.rules[0]?.id);
    expect(isSame(draft, withoutRule(added, 'traces', id))).toBe(true);
    expect(isSame(draft, withSignal(draft, 'logs', { days: 30 }))).toBe(false);
  });

  it('says what a rule lacks', () => {
    const rule = { id: 0, service: '', key: '', value: '', days: 7 } as const;
    expect(ruleProblem(rule)).toMatch(/service or an attribute/);
    expect(ruleProblem({ ...rule, key: 'env' })).toMatch(/name and a value/);
    expect(ruleProblem({ ...rule, service: 'a', days: '' })).toMatch(/Days/);
    expect(ruleProblem({ ...rule, service: 'a', days: 40_000 })).toMatch(/Days/);
    expect(ruleProblem({ ...rule, key: 'env', value: 'dev' })).toBeNull();
    const draft = withNewRule(draftOf(retention), 'logs');
    expect(hasProblem(draft)).toBe(true);
    const id = draft.logs.rules[1]?.id ?? -1;
    expect(hasProblem(withRule(draft, 'logs', id, { service: 'api' }))).toBe(false);
  });

  it('names a rule in words', () => {
    expect(ruleText({ service: 'pay', attribute: { key: 'env', value: 'prod' } })).toBe(
      'service pay, env = prod',
    );
  });
});
