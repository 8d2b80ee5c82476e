import Markdown from 'markdown-to-jsx/react';
import classes from './widget.module.css';

/** Markdown without any HTML of its own: tags are shown as text, and links that would run something are dropped. */
export default function TextWidget({ text }: { text: string }) {
  return (
    <div className={classes.text} tabIndex={0} role="group" aria-label="Text">
      <Markdown
        options={{
          disableParsingRawHTML: true,
          forceBlock: true,
          overrides: { a: { props: { target: '_blank', rel: 'noreferrer noopener' } } },
        }}
      >
        {text}
      </Markdown>
    </div>
  );
}
