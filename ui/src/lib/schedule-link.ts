/** What a new scheduled export begins with, in the address of its page. */
export interface ScheduleLink {
  name?: string;
  query?: string;
  sql?: string;
  source?: string | undefined;
  columns?: string[];
  params?: Record<string, unknown>;
  from?: string | undefined;
  to?: string | undefined;
}

export interface ChosenRange {
  from?: string | null | undefined;
  to?: string | null | undefined;
}

const isRelative = (point: string | null | undefined): boolean => point == null || point.startsWith('now');

/** A link to export a question by a schedule. Of a range that is fixed nothing is taken: it is the same each time. */
export function scheduleLink(question: ScheduleLink, { from, to }: ChosenRange): ScheduleLink {
  const span = isRelative(from) && isRelative(to) ? { from: from ?? undefined, to: to ?? undefined } : {};
  return { ...question, from: undefined, to: undefined, ...span };
}
