import { expect, expectAccessible, test } from './support/fixtures';

const PATHS = ['/', '/cart', '/orders', '/missing'];

/** An hour of requests of two services as an access log's importer stores them, some of them errors. */
function requests(): object[] {
  const now = Date.now();
  return Array.from({ length: 600 }, (_, n) => ({
    time: new Date(now - n * 6_000).toISOString(),
    level: n % 20 === 0 ? 'error' : 'info',
    service: n % 3 === 0 ? 'web' : 'api',
    message: `GET ${PATHS[n % 4]}`,
    'http.request.method': 'GET',
    'url.path': PATHS[n % 4],
    'http.response.status_code': n % 20 === 0 ? 502 : n % 4 === 3 ? 404 : 200,
    'http.response.body.size': 100 + ((n * 37) % 5_000),
    'client.address': `10.0.0.${n % 9}`,
  }));
}

test('a dashboard from a template is changed, saved and still there', async ({ app, server }) => {
  test.setTimeout(150_000);
  await server.ingest(requests());
  await app.getByRole('link', { name: 'Dashboards' }).click();
  await expect(app.getByText('No dashboards yet')).toBeVisible();
  await app.getByRole('button', { name: 'New dashboard' }).first().click();
  await app.getByRole('button', { name: /HTTP access logs/ }).click();

  const paths = app.getByRole('region', { name: 'Paths', exact: true });
  await expect(paths.getByText('/cart')).toBeVisible();
  await expect(
    app.getByRole('region', { name: 'Requests', exact: true }).getByRole('img'),
  ).toHaveAccessibleName('Requests: 600');

  await test.step('a variable narrows every widget', async () => {
    await app.getByRole('combobox', { name: 'Service' }).click();
    await app.getByRole('option', { name: 'web' }).click();
    await app.keyboard.press('Escape');
    await expect(app).toHaveURL(/vars=.*web/);
    await expect(
      app.getByRole('region', { name: 'Requests', exact: true }).getByRole('img'),
    ).toHaveAccessibleName('Requests: 200');
  });

  await test.step('a widget is added with a preview', async () => {
    await app.getByRole('button', { name: 'Edit', exact: true }).click();
    await app.getByRole('button', { name: 'Add widget' }).click();
    const editor = app.getByRole('dialog', { name: 'Add a widget' });
    await editor.getByRole('textbox', { name: 'Title', exact: true }).fill('Errors of all');
    await editor.getByRole('textbox', { name: 'Search', exact: true }).fill('level:error');
    await expect(editor.getByRole('region', { name: 'Preview' }).getByRole('slider')).toBeVisible();
    await editor.getByRole('button', { name: 'Add to the dashboard' }).click();
    const added = app.getByRole('region', { name: 'Errors of all' });
    // Out of sight it asks nothing.
    await added.scrollIntoViewIfNeeded();
    await expect(added.getByRole('slider')).toBeVisible();
  });

  const share = app.getByRole('region', { name: 'Status codes' });
  await test.step('widgets are moved and sized by keyboard and by pointer, and undone', async () => {
    const width = async () => (await share.boundingBox())?.width ?? 0;
    const before = await width();
    const handle = share.getByRole('button', { name: /^Move Status codes/ });
    await handle.focus();
    await app.keyboard.press('Shift+ArrowLeft');
    await expect.poll(width).toBeLessThan(before - 40);
    await app.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(width).toBeCloseTo(before, 0);
    await app.getByRole('button', { name: 'Redo' }).click();
    await expect.poll(width).toBeLessThan(before - 40);

    const requestsHandle = app.getByRole('button', { name: /^Move Requests: / });
    await requestsHandle.scrollIntoViewIfNeeded();
    const from = await requestsHandle.boundingBox();
    if (from === null) throw new Error('the handle is not there');
    const left = async () =>
      (await app.getByRole('region', { name: 'Requests', exact: true }).boundingBox())?.x ?? 0;
    const leftBefore = await left();
    await app.mouse.move(from.x + 8, from.y + 8);
    await app.mouse.down();
    await app.mouse.move(from.x + 200, from.y + 12, { steps: 4 });
    await app.mouse.move(from.x + 420, from.y + 12, { steps: 4 });
    await app.mouse.up();
    await expect.poll(left).toBeGreaterThan(leftBefore + 100);
  });

  await test.step('what is not saved is asked about, and saved it stays', async () => {
    await app.getByRole('link', { name: 'Explore' }).click();
    await app.getByRole('button', { name: 'Stay' }).click();
    await app.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(app.getByRole('button', { name: 'Edit', exact: true })).toBeVisible();
    const size = (await share.boundingBox())?.width ?? 0;
    await app.reload();
    await expect(app.getByRole('region', { name: 'Errors of all' })).toBeAttached();
    await expect.poll(async () => (await share.boundingBox())?.width ?? 0).toBeCloseTo(size, 0);
  });

  await test.step('a brush zooms all widgets', async () => {
    const chart = app.getByRole('region', { name: 'Requests by status' }).getByRole('slider');
    await chart.focus();
    await app.keyboard.press('Home');
    for (let step = 0; step < 6; step += 1) await app.keyboard.press('Shift+ArrowRight');
    await app.keyboard.press('Enter');
    await expect(app).toHaveURL(/from=20\d\d/);
  });

  await expect(app.locator('section[aria-busy="true"]')).toHaveCount(0);
  await expectAccessible(app);
  await app.setViewportSize({ width: 380, height: 800 });
  const first = await app.getByRole('region', { name: 'Requests by status' }).boundingBox();
  expect(first?.width ?? 0).toBeGreaterThan(330);
});

test('a dashboard is found, deleted and brought back', async ({ app, server }) => {
  await app.goto(`${server.address}/dashboards`);
  await app.getByRole('button', { name: 'New dashboard' }).first().click();
  await app.getByRole('button', { name: /^Empty/ }).click();
  await expect(app.getByText('No widgets yet')).toBeVisible();
  await app.getByRole('link', { name: 'Dashboards' }).first().click();
  const row = app.getByRole('listitem').filter({ has: app.getByRole('link', { name: 'New dashboard' }) });
  await row.getByRole('button', { name: 'Make New dashboard a favourite' }).click();
  await expect(row.getByRole('button', { pressed: true })).toBeVisible();
  await expectAccessible(app);
  await row.getByRole('button', { name: 'Menu of New dashboard' }).click();
  await app.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(row).toHaveCount(0);
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect(row).toBeVisible();
});
