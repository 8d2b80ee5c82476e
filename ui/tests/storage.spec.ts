import type { Page } from '@playwright/test';
import { expect, expectAccessible, test } from './support/fixtures';

const DAY_MS = 86_400_000;

/** A few records of each of some days and services. */
function records(): object[] {
  return Array.from({ length: 12 }, (_, day) =>
    ['api', 'checkout', 'billing', 'noisy'].flatMap((service, at) =>
      Array.from({ length: 6 * (at + 1) + 3 * ((day * 7) % 5) }, (_, n) => ({
        timestamp: new Date(Date.now() - day * DAY_MS - n * 1_000).toISOString(),
        service,
        message: `GET /orders/${n * 7919 + day} 200 for customer ${(n * 104_729) % 9973}`,
        env: n % 2 === 0 ? 'prod' : 'dev',
      })),
    ),
  ).flat();
}

const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const dayOf = (daysAgo: number): string => new Date(Date.now() - daysAgo * DAY_MS).toISOString().slice(0, 10);

test.describe('with records', () => {
  test.beforeEach(async ({ app, server }) => {
    await server.ingest(records());
    await expect(app.getByRole('grid', { name: 'Log rows' })).toContainText('GET /orders');
    await app.keyboard.press('Alt+8');
    await expect(section(app, 'By service')).toContainText('noisy');
  });

  test('shows what is stored by day and by service', async ({ app }) => {
    await expect(app.getByText('On disk', { exact: true }).first()).toBeVisible();
    await expect(section(app, 'By day').locator('canvas')).toBeVisible();
    await expect(section(app, 'By day').getByRole('row', { name: new RegExp(`^${dayOf(1)}`) })).toBeVisible();
    await app.getByRole('button', { name: /^Show all 1[23] days/ }).click();
    await expect(
      section(app, 'By day').getByRole('row', { name: new RegExp(`^${dayOf(11)}`) }),
    ).toBeVisible();
    await expect(section(app, 'Log of clean-ups')).toContainText('Apply the rules');
    await expect(section(app, 'Indexes and other tables')).toContainText('body_words');
  });

  test('counts what a rule deletes before it is applied', async ({ app, server }) => {
    const rules = section(app, 'How long records are kept');
    await rules.getByRole('button', { name: 'Add a rule for logs' }).click();
    await expect(rules).toContainText('Choose a service or an attribute.');
    await expect(rules.getByRole('button', { name: 'Count what goes' })).toBeDisabled();
    await rules.getByLabel('Logs rule 1: service').fill('noisy');
    await rules.getByLabel('Logs rule 1: days').fill('3');
    await rules.getByRole('button', { name: 'Count what goes' }).click();
    // The records arrived just now, so they stay for three days.
    await expect(rules.getByRole('status')).toHaveText(/Nothing will be deleted/);
    await rules.getByRole('button', { name: 'Apply', exact: true }).click();
    await expect(app.getByText('The rules are in force.')).toBeVisible();
    await expect(section(app, 'Log of clean-ups')).toContainText('Changed rules');

    await app.goto(`${server.address}/storage`);
    await expect(rules.getByLabel('Logs rule 1: service')).toHaveValue('noisy');
    await expect(rules.getByLabel('Logs rule 1: days')).toHaveValue('3 days');
    await rules.getByRole('button', { name: 'Remove Logs rule 1' }).click();
    await rules.getByRole('button', { name: 'Discard' }).click();
    await expect(rules.getByLabel('Logs rule 1: service')).toHaveValue('noisy');
  });

  test('gives an attribute a column of its own, and takes it back', async ({ app, server }) => {
    const columns = section(app, 'Columns of attributes');
    await expect(columns.getByRole('row', { name: /^resource\.host\.name/ })).toBeVisible();
    await columns.getByRole('combobox', { name: 'Attribute' }).fill('env');
    await app.getByRole('option', { name: 'attr.env' }).click();
    await columns.getByRole('button', { name: 'Add column' }).click();
    const row = columns.getByRole('row', { name: /^attr\.env Text/ });
    await expect(row).toBeVisible();
    const found = await server.call<{ sql: string }>('POST', '/api/v1/search', { query: '* | top 3 env' });
    expect(found.sql).toContain('attr_env_text');
    await expectAccessible(app);
    await row.getByRole('button', { name: 'Remove the column of attr.env' }).click();
    await expect(row).toBeHidden();
    await app.getByRole('button', { name: 'Undo' }).click();
    await expect(row).toBeVisible();
  });

  test('proposes a column for what is asked often', async ({ app, server }) => {
    await server.ingest(
      Array.from({ length: 40_000 }, (_, n) => ({
        message: `request ${n}`,
        ms: (n % 900) + 0.5,
        'a.b': n % 7,
      })),
    );
    const asked = async (n: number) => {
      await server.call('POST', '/api/v1/search', { query: `* | stats p99(ms) | eval n = ${n}` });
      const listed = await server.call<{ suggestions: unknown[] }>('GET', '/api/v1/storage/columns');
      return listed.suggestions.length > 0;
    };
    for (let n = 0; !(await asked(n)); n += 1) expect(n).toBeLessThan(2_000);

    await app.reload();
    const columns = section(app, 'Columns of attributes');
    const proposed = columns
      .getByRole('table')
      .last()
      .getByRole('row', { name: /^attr\.ms Number/ });
    await expect(proposed).toContainText('100\u00a0%');
    await expectAccessible(app);
    await proposed.getByRole('button', { name: 'Add a column for attr.ms' }).click();
    await expect(columns.getByRole('button', { name: 'Remove the column of attr.ms' })).toBeVisible();
    await expect(columns.getByText('Asked often')).toBeHidden();
  });

  test('says that somebody else changed the rules', async ({ app }) => {
    const rules = section(app, 'How long records are kept');
    await rules.getByRole('textbox', { name: 'Traces', exact: true }).fill('9');
    await app.evaluate(async () => {
      await fetch('/api/v1/retention', {
        method: 'PUT',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ logs: { days: 90 } }),
      });
    });
    await rules.getByRole('button', { name: 'Count what goes' }).click();
    await rules.getByRole('button', { name: 'Apply', exact: true }).click();
    await expect(rules.getByRole('alert')).toContainText('Somebody changed the rules meanwhile');
    await rules.getByRole('button', { name: 'Discard' }).click();
    await expect(rules.getByRole('textbox', { name: 'Logs', exact: true })).toHaveValue('90 days');
  });

  test('deletes a service and a day once their names were typed', async ({ app }) => {
    await app.getByRole('button', { name: 'Delete the service noisy' }).click();
    const dialog = app.getByRole('dialog', { name: 'Delete the service noisy' });
    await expect(dialog.getByRole('status', { name: 'What will be deleted' })).toContainText(/rows, /);
    const remove = dialog.getByRole('button', { name: 'Delete', exact: true });
    await expect(dialog.getByLabel('Type noisy to confirm')).toBeFocused();
    await app.keyboard.type('nois');
    await expect(remove).toBeDisabled();
    await expectAccessible(app);
    await app.keyboard.type('y');
    await expect(remove).toBeEnabled();
    await app.keyboard.press('Enter');
    await expect(dialog).toBeHidden();
    await expect(section(app, 'Log of clean-ups')).toContainText('Delete the service noisy');
    await expect(section(app, 'By service')).not.toContainText('noisy', { timeout: 30_000 });

    await app.getByRole('button', { name: `Delete the day ${dayOf(2)}` }).click();
    await app.getByLabel(`Type ${dayOf(2)} to confirm`).fill(dayOf(2));
    await expect(app.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true })).toBeEnabled();
    await app.keyboard.press('Enter');
    const log = section(app, 'Log of clean-ups');
    await expect(log).toContainText(`Delete the day ${dayOf(2)}`);
    await expect(section(app, 'By day')).not.toContainText(dayOf(2));
    await log.getByRole('button', { name: `Delete the day ${dayOf(2)}` }).click();
    await expect(log).toContainText('Dropped whole parts');
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`is accessible in ${colorScheme}, wide and narrow`, async ({ app }) => {
      await app.emulateMedia({ colorScheme });
      const rules = section(app, 'How long records are kept');
      await rules.getByRole('button', { name: 'Add a rule for logs' }).click();
      await section(app, 'Log of clean-ups').getByRole('button', { name: 'Apply the rules' }).first().click();
      await expectAccessible(app);
      await app.setViewportSize({ width: 360, height: 740 });
      await expectAccessible(app);
    });
  }
});

test('says that nothing is stored, and runs the rules by hand', async ({ app }) => {
  await app.keyboard.press('Alt+8');
  await expect(app.getByRole('heading', { name: 'Nothing is stored yet' })).toBeVisible();
  const log = section(app, 'Log of clean-ups');
  await expect(log).toContainText('Daily');
  await log.getByRole('button', { name: 'Run now' }).click();
  await expect(log).toContainText('Asked for');
  await expect(log).toContainText('Nothing to do');
});

test('says that the server is gone', async ({ app, server }) => {
  // The page itself comes from the server: it is on its way as soon as one points at it.
  const page = app.waitForResponse(/storage-page.*\.js/);
  const styles = app.waitForResponse(/storage-page.*\.css/);
  await app.getByRole('link', { name: 'Storage' }).hover();
  await Promise.all([page, styles]);
  await server.stop();
  await app.keyboard.press('Alt+8');
  await expect(app.getByRole('heading', { name: 'What is stored could not be asked' })).toBeVisible({
    timeout: 30_000,
  });
});
