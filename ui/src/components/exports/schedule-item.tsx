import { Menu } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { scheduleLink, type ChosenRange } from '@/lib/schedule-link';
import { NAME, type Exported, type NotExported } from './exported';

interface ScheduleItemProps {
  exported: Exported | NotExported;
  /** As it was chosen: a relative range stays relative. */
  range: ChosenRange;
}

/** Goes on to the form that exports what is shown by a schedule. */
export function ScheduleItem({ exported, range }: ScheduleItemProps) {
  const navigate = useNavigate();
  const open = (): void => {
    if ('obstacle' in exported) return;
    const { name, ...question } = exported;
    const add = scheduleLink({ ...question, ...(name === NAME ? {} : { name }) }, range);
    void navigate({ to: '/exports', search: { add } });
  };
  return (
    <Menu.Item disabled={'obstacle' in exported} onClick={open}>
      Schedule…
    </Menu.Item>
  );
}
