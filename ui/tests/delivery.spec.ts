import { expect, expectAccessible, test } from './support/fixtures';

for (const colorScheme of ['light', 'dark'] as const) {
  test(`delivery says that nothing was refused, in ${colorScheme}`, async ({ app }) => {
    await app.emulateMedia({ colorScheme });
    await app.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Delivery' }).click();
    await expect(app.getByRole('heading', { name: 'Nothing was refused' })).toBeVisible();
    await expect(app.getByText('Waiting for ClickHouse')).toBeVisible();
    await expectAccessible(app);
  });
}

test('delivery shows what was refused, by keyboard', async ({ app }) => {
  const letter = {
    id: 'refused-1',
    kind: 'refused',
    time: '2026-11-20T01:02:03Z',
    reason: 'Constraint `no_poison` is violated',
    rows: 3,
    bytes: 448,
  };
  const row = { IngestId: '1', Timestamp: '2026-11-20T01:02:03Z', SeverityNumber: 17, ServiceName: 'shop' };
  await app.route('**/api/v1/dead-letters', (route) =>
    route.fulfill({
      json: { dead_letters: [letter], bytes: 500, limit_bytes: 1_000_000, waiting_batches: 0 },
    }),
  );
  await app.route('**/api/v1/dead-letters/refused-1', (route) =>
    route.fulfill({ json: { ...letter, sample: [{ ...row, Body: 'poison' }] } }),
  );
  await app.getByRole('link', { name: 'Delivery' }).click();
  await app.getByRole('button', { expanded: false, name: /2026/ }).press('Enter');
  await expect(app.getByRole('region', { name: 'First refused rows' })).toContainText('poison');
  await expectAccessible(app);
  await app.getByRole('button', { name: 'Delete…' }).press('Enter');
  await expect(app.getByRole('dialog')).toContainText('for good');
  await expect(app.getByRole('button', { name: 'Keep' })).toBeFocused();
  await expectAccessible(app);
});
