import { Button } from '@mantine/core';
import { useFocusTrap } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useLayoutEffect, useState, type CSSProperties } from 'react';
import { useApi } from '@/api/client';
import { tourSteps } from './steps';
import classes from './tour.module.css';

const CARD_WIDTH = 320;
const CARD_HEIGHT = 190;
const GAP = 10;

function findTarget(name: string): DOMRect | null {
  const element = document.querySelector(`[data-tour="${name}"]`);
  const box = element?.getBoundingClientRect();
  return box === undefined || box.width === 0 ? null : box;
}

/** Beside what a step is about, inside the window; in the middle where that is not on screen. */
function placeOf(box: DOMRect | null): CSSProperties {
  const { innerWidth, innerHeight } = window;
  const width = Math.min(CARD_WIDTH, innerWidth - 2 * GAP);
  const within = (value: number, most: number) => Math.max(GAP, Math.min(value, most - GAP));
  if (box === null) return { left: (innerWidth - width) / 2, top: (innerHeight - CARD_HEIGHT) / 2, width };
  const below = box.bottom + GAP + CARD_HEIGHT < innerHeight;
  const beside = !below && box.right + GAP + width < innerWidth;
  if (beside) return { left: box.right + GAP, top: within(box.top, innerHeight - CARD_HEIGHT), width };
  const top = below ? box.bottom + GAP : within(box.top + GAP * 2, innerHeight - CARD_HEIGHT);
  return { left: within(box.left, innerWidth - width), top, width };
}

/** A few cards that lead through Explore, one at a time, with the user's own rows. */
export default function Tour({ onEnd }: { onEnd: () => void }) {
  const api = useApi();
  const navigate = useNavigate();
  const { data } = useQuery({
    queryKey: ['tour', 'fields'],
    queryFn: ({ signal }) => api.fields({ query: '*' }, signal),
    staleTime: 60_000,
  });
  const [index, setIndex] = useState(0);
  const [box, setBox] = useState<DOMRect | null>(null);
  const trap = useFocusTrap();
  const steps = tourSteps(data);
  const step = steps[index];
  const target = step?.target ?? '';

  useEffect(() => {
    void navigate({ to: '/explore' });
  }, [navigate]);
  useLayoutEffect(() => {
    const place = () => setBox(findTarget(target));
    place();
    window.addEventListener('resize', place);
    // Panels come with the rows, after the card does.
    const observer = new MutationObserver(place);
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      window.removeEventListener('resize', place);
      observer.disconnect();
    };
  }, [target]);

  if (step === undefined) return null;
  const isLast = index === steps.length - 1;
  const { trial } = step;
  return (
    <>
      {box !== null && (
        <div
          className={classes.ring}
          aria-hidden
          style={{ left: box.left, top: box.top, width: box.width, height: box.height }}
        />
      )}
      <section
        ref={trap}
        className={classes.card}
        style={placeOf(box)}
        role="dialog"
        aria-label={`Tour, ${index + 1} of ${steps.length}`}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onEnd();
          else if (event.key === 'ArrowRight' && !isLast) setIndex(index + 1);
          else if (event.key === 'ArrowLeft' && index > 0) setIndex(index - 1);
          else return;
          event.preventDefault();
        }}
      >
        <h2 className={classes.title}>{step.title}</h2>
        <p className={classes.text} aria-live="polite">
          {step.text}
        </p>
        {trial !== null && (
          <Button
            variant="light"
            size="compact-sm"
            className={classes.trial}
            onClick={() => void navigate({ to: '/explore', search: (old) => ({ ...old, q: trial.query }) })}
          >
            {trial.label}
          </Button>
        )}
        <footer className={classes.foot}>
          <span className={classes.count}>
            {index + 1} of {steps.length}
          </span>
          {!isLast && (
            <Button variant="subtle" color="gray" size="compact-sm" onClick={onEnd}>
              Skip
            </Button>
          )}
          {index > 0 && (
            <Button variant="default" size="compact-sm" onClick={() => setIndex(index - 1)}>
              Back
            </Button>
          )}
          <Button data-autofocus size="compact-sm" onClick={() => (isLast ? onEnd() : setIndex(index + 1))}>
            {isLast ? 'Done' : 'Next'}
          </Button>
        </footer>
      </section>
    </>
  );
}
