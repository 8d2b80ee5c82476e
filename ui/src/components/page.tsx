import type { ReactNode } from 'react';
import classes from './page.module.css';

interface PageProps {
  title: string;
  /** One line of controls; the title stands first where there are none of its own. Null where the page draws its own. */
  toolbar?: ReactNode;
  children: ReactNode;
}

/** A page inside the frame: one toolbar, and below it what fills the rest. */
export function Page({ title, toolbar, children }: PageProps) {
  return (
    <section className={classes.page} aria-label={title}>
      {toolbar !== null && (
        <header className={classes.toolbar}>{toolbar ?? <h1 className={classes.title}>{title}</h1>}</header>
      )}
      <div className={classes.content}>{children}</div>
    </section>
  );
}
