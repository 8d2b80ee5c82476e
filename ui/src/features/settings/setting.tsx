import type { ReactNode } from 'react';
import classes from './settings-page.module.css';

/** Settings of one kind under a heading. */
export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h2 className={classes.section}>{title}</h2>
      {children}
    </section>
  );
}

/** What is set, what it does, and the control that sets it. */
export function Setting({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <div className={classes.setting}>
      <div>
        <h3 className={classes.title}>{title}</h3>
        <p className={classes.text}>{text}</p>
      </div>
      {children}
    </div>
  );
}
