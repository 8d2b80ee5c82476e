import { Button, TextInput } from '@mantine/core';
import { useState, type SyntheticEvent } from 'react';
import { ApiError } from '@/api/errors';
import { CodeSnippet } from '@/components/code-snippet';
import { plainMessage } from '@/components/notify';
import { loginCodeOf } from './login-code';
import classes from './sign-in-page.module.css';

interface SignInPageProps {
  failure: unknown;
  onCode: (code: string) => void;
}

export function SignInPage({ failure, onCode }: SignInPageProps) {
  const [link, setLink] = useState('');
  const [unfit, setUnfit] = useState(false);

  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    const code = loginCodeOf(link);
    setUnfit(code === null);
    if (code !== null) onCode(code);
  };

  return (
    <main className={classes.page}>
      <div className={classes.box}>
        <h1 className={classes.title}>Sign in to Click-Lite</h1>
        {failure !== null && (
          <p role="alert" className={classes.failure}>
            {failure instanceof ApiError && failure.status === 401
              ? 'This link was used already or is too old. Each link works once.'
              : plainMessage(failure)}
          </p>
        )}
        <p className={classes.text}>
          This browser needs a sign-in link. The server prints one in its terminal when it starts:
        </p>
        <CodeSnippet code="click-lite-server serve" label="command that starts the server" />
        <p className={classes.text}>Open the link that it prints, or paste it here.</p>
        <form className={classes.form} onSubmit={submit}>
          <TextInput
            aria-label="Sign-in link"
            placeholder={`${window.location.origin}/#login=…`}
            value={link}
            error={unfit ? 'A sign-in link has #login= and a code in it.' : null}
            onChange={(event) => setLink(event.currentTarget.value)}
            className={classes.input}
            data-autofocus
          />
          <Button type="submit" disabled={link.trim() === ''}>
            Sign in
          </Button>
        </form>
      </div>
    </main>
  );
}
