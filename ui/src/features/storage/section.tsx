import type { ReactNode } from 'react';
import classes from './storage.module.css';

interface SectionProps {
  title: string;
  /** One line below the title. */
  note?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
}

export function Section({ title, note, action, children }: SectionProps) {
  return (
    <section className={classes.section} aria-label={title}>
      <header className={classes.head}>
        <div>
          <h2 className={classes.heading}>{title}</h2>
          {note !== undefined && <p className={classes.note}>{note}</p>}
        </div>
        {action}
      </header>
      {children}
    </section>
  );
}
