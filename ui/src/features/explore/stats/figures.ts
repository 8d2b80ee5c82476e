import { formatCount } from '@/lib/format/numbers';

/** A number as short as it stays exact enough to compare: four digits that count. */
export function formatFigure(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return formatCount(value);
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-4)) return value.toExponential(2);
  const digits = size >= 1_000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
  return formatCount(Number(value.toFixed(digits + (size < 0.1 ? 2 : 0))));
}

/** A share of a whole in per cent, never rounded to none or all. */
export function formatShare(part: number, whole: number): string {
  if (whole <= 0) return '';
  const share = (part / whole) * 100;
  if (part > 0 && share < 0.1) return '<0.1%';
  if (part < whole && share > 99.9) return '>99.9%';
  return `${share >= 10 ? Math.round(share * 10) / 10 : Math.round(share * 100) / 100}%`;
}
