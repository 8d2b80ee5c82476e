import { gzipSync } from 'node:zlib';
import { expect, expectAccessible, openFiles, test, textFile } from './support/fixtures';

const DPKG = [
  '2026-03-01 10:00:00 startup archives unpack',
  '2026-03-01 10:00:01 install curl:amd64 <none> 8.5.0',
  '2026-03-01 10:00:02 status half-installed curl:amd64 8.5.0',
  '2026-03-01 10:00:03 status installed curl:amd64 8.5.0',
];

test('first start: a file becomes rows on the screen', async ({ app }) => {
  await expect(app.getByRole('heading', { name: 'Nothing is stored yet' })).toBeVisible();
  await openFiles(app, [textFile('dpkg.log', DPKG)]);

  const dialog = app.getByRole('dialog');
  await expect(dialog.getByLabel('Format').and(app.locator('input'))).toHaveValue(/Detected: dpkg/);
  await expect(dialog.getByRole('region', { name: 'First rows' })).toContainText('curl:amd64');
  await expectAccessible(app);
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();

  await expect(dialog).toContainText('2026-03-01');
  await expectAccessible(app);
  await dialog.getByRole('button', { name: 'Show in Explore' }).click();
  await expect(app).toHaveURL(/log\.file\.name/);
  await expect(app.getByText('installed curl:amd64 8.5.0').first()).toBeVisible();
  await expect(app).toHaveURL(/log\.file\.name/);
});

test('dropped files are looked at before anything is stored', async ({ app }) => {
  const content = DPKG.join('\n');
  const transfer = await app.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], 'dropped.log', { type: 'text/plain' }));
    return data;
  }, content);
  await app.dispatchEvent('body', 'dragenter', { dataTransfer: transfer });
  await expect(app.getByText('Drop to look at the files')).toBeVisible();
  await app.dispatchEvent('body', 'drop', { dataTransfer: transfer });
  await expect(app.getByText('Drop to look at the files')).toBeHidden();
  await expect(app.getByRole('dialog')).toContainText('dropped.log');
  await app.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await app.keyboard.press('Alt+7');
  await expect(app.getByText('No file was imported yet')).toBeVisible();
});

test('asks before a file is imported a second time', async ({ app }) => {
  const dialog = app.getByRole('dialog');
  const file = textFile('twice.log', DPKG);
  await openFiles(app, [file]);
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(dialog.getByRole('button', { name: 'Show in Explore' })).toBeVisible();
  await app.keyboard.press('Escape');

  await openFiles(app, [file]);
  await expect(dialog).toContainText(/This file was imported on .* \(4\srows\)\. Import it again\?/);
  await expect(dialog.getByRole('button', { name: 'Import', exact: true })).toBeHidden();
  await dialog.getByRole('button', { name: 'Import again' }).click();
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(dialog.getByRole('button', { name: 'Show in Explore' })).toBeVisible();
  await app.keyboard.press('Escape');
  await app.keyboard.press('Alt+7');
  await expect(app.getByRole('button', { name: 'twice.log' })).toHaveCount(2);
});

test('several files at once, compressed, empty and binary ones among them', async ({ app }) => {
  const picture = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex');
  await openFiles(app, [
    { name: 'dpkg.log.gz', mimeType: 'application/gzip', buffer: gzipSync(DPKG.join('\n')) },
    { name: 'empty.log', mimeType: 'text/plain', buffer: Buffer.alloc(0) },
    { name: 'picture.png', mimeType: 'image/png', buffer: picture },
  ]);
  const dialog = app.getByRole('dialog', { name: 'Import 3 files' });
  await expect(dialog).toContainText('gzip compressed');
  await dialog.getByRole('button', { name: /^empty\.log/ }).click();
  await expect(dialog.getByRole('alert')).toContainText('empty');
  await dialog.getByRole('button', { name: /^picture\.png/ }).click();
  await expect(dialog.getByRole('alert')).toContainText('not a log file');
  await dialog.getByRole('button', { name: /^Import 1/ }).click();
  await expect(dialog.getByRole('button', { name: /^dpkg\.log\.gz/ })).toContainText(/4\srows/);
});

test('records sent over HTTP turn the first page to the rows', async ({ app, server }) => {
  await expect(app.getByRole('heading', { name: 'Nothing is stored yet' })).toBeVisible();
  await expect(app.getByText(`${server.address}/api/v1/ingest`)).toBeVisible();
  await server.ingest([{ level: 'error', message: 'the cable was pulled', service: 'rack' }]);
  await expect(app.getByText('the cable was pulled').first()).toBeVisible();
});

test('records of last year turn the first page to all time', async ({ app, server }) => {
  await expect(app.getByRole('heading', { name: 'Nothing is stored yet' })).toBeVisible();
  await server.ingest([{ time: '2025-05-01T10:00:00Z', level: 'warn', message: 'an old warning' }]);
  await expect(app).toHaveURL(/from=all/);
  await expect(app.getByText('an old warning').first()).toBeVisible();
});
