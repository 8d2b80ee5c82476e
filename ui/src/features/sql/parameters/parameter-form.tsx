import { Select, TextInput } from '@mantine/core';
import type { SqlParameter } from '@/components/sql-editor/sql-text';
import { TimePicker } from '@/components/time-picker/time-picker';
import { usePreferences } from '@/lib/preferences/preferences';
import { useStored, withRecent } from '@/lib/stored';
import { isSameRange, type TimeRange } from '@/lib/time-range/range';
import type { NewTab, SqlTab } from '../tabs/tabs';
import { parameterKind, problemOf } from './parameter-values';
import classes from './parameter-form.module.css';

const RECENT_RANGES = 6;

interface ParameterFormProps {
  tab: SqlTab;
  asked: readonly SqlParameter[];
  hasRange: boolean;
  onChange: (change: NewTab) => void;
  /** Enter in an input. */
  onRun: () => void;
}

/** An input for each `{name:Type}` of the statement, and the time range where it names `from` or `to`. */
export function ParameterForm({ tab, asked, hasRange, onChange, onRun }: ParameterFormProps) {
  if (asked.length === 0 && !hasRange) return null;
  const setValue = (name: string, value: string): void =>
    onChange({ values: { ...tab.values, [name]: value } });
  return (
    <form
      className={classes.form}
      aria-label="Parameters"
      onSubmit={(event) => {
        event.preventDefault();
        onRun();
      }}
    >
      {hasRange && <RangeParameter tab={tab} onChange={onChange} />}
      {asked.map((parameter) => (
        <ParameterInput
          key={parameter.name}
          parameter={parameter}
          value={tab.values[parameter.name] ?? ''}
          onChange={(value) => setValue(parameter.name, value)}
        />
      ))}
      <button type="submit" hidden />
    </form>
  );
}

function RangeParameter({ tab, onChange }: Pick<ParameterFormProps, 'tab' | 'onChange'>) {
  const [{ timeZone }] = usePreferences();
  const [recent, setRecent] = useStored<TimeRange[]>('click-lite.sql.ranges', []);
  return (
    <div className={classes.range}>
      <span className={classes.label}>from, to</span>
      <TimePicker
        group="SQL"
        range={{ from: tab.from, to: tab.to }}
        zone={timeZone}
        recent={recent}
        onChoose={(range) => {
          setRecent(withRecent(recent, range, RECENT_RANGES, isSameRange));
          onChange(range);
        }}
      />
    </div>
  );
}

interface ParameterInputProps {
  parameter: SqlParameter;
  value: string;
  onChange: (value: string) => void;
}

function ParameterInput({ parameter, value, onChange }: ParameterInputProps) {
  const { name, type } = parameter;
  const kind = parameterKind(type);
  const problem = problemOf(parameter, value);
  const label = (
    <span className={classes.label}>
      {name} <span className={classes.type}>{type}</span>
    </span>
  );
  if (kind === 'boolean') {
    return (
      <Select
        className={classes.input}
        classNames={{ input: classes.field }}
        label={label}
        aria-label={name}
        data={['true', 'false']}
        value={value === '' ? null : value}
        onChange={(next) => onChange(next ?? '')}
        error={problem !== null}
      />
    );
  }
  return (
    <TextInput
      className={classes.input}
      classNames={{ input: classes.field }}
      label={label}
      aria-label={name}
      inputMode={kind === 'integer' ? 'numeric' : kind === 'number' ? 'decimal' : 'text'}
      data-kind={kind}
      value={value}
      title={problem ?? undefined}
      error={value === '' ? problem !== null : problem}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
