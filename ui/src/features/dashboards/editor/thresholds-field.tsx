import { ActionIcon, Button, NumberInput, Select } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { Threshold, Tone } from '@/components/charts/options';
import classes from './editor.module.css';

interface ThresholdsFieldProps {
  thresholds: Threshold[];
  onChange: (thresholds: Threshold[]) => void;
}

const TONES: { value: Tone; label: string }[] = [
  { value: 'good', label: 'is good' },
  { value: 'caution', label: 'needs care' },
  { value: 'bad', label: 'is bad' },
];

/** Values from which on a figure is good or bad. */
export function ThresholdsField({ thresholds, onChange }: ThresholdsFieldProps) {
  const replace = (index: number, change: Partial<Threshold>) =>
    onChange(thresholds.map((one, at) => (at === index ? { ...one, ...change } : one)));
  return (
    <fieldset className={classes.thresholds}>
      <legend>Thresholds</legend>
      {thresholds.map(({ value, tone }, index) => (
        <div key={index} className={classes.threshold}>
          <NumberInput
            size="xs"
            aria-label={`Threshold ${index + 1}: from`}
            value={value}
            onChange={(next) => next !== '' && replace(index, { value: Number(next) })}
          />
          <Select
            aria-label={`Threshold ${index + 1}: means`}
            allowDeselect={false}
            data={TONES}
            value={tone}
            onChange={(next) => next !== null && replace(index, { tone: next })}
          />
          <ActionIcon
            aria-label={`Remove threshold ${index + 1}`}
            onClick={() => onChange(thresholds.filter((_, at) => at !== index))}
          >
            <IconX size={14} aria-hidden />
          </ActionIcon>
        </div>
      ))}
      <Button
        variant="default"
        size="compact-xs"
        onClick={() => onChange([...thresholds, { value: 0, tone: 'bad' }])}
      >
        Add a threshold
      </Button>
    </fieldset>
  );
}
