const SCALE = 2;
const HEAD_PX = 30;
const LINE_PX = 20;

/** A chart with its title and legend as a PNG; `null` where the widget has no canvas. */
export function widgetPicture(body: HTMLElement, title: string): Promise<Blob> | null {
  const drawn = body.querySelector('canvas');
  if (drawn === null) return null;
  const style = getComputedStyle(body);
  const colour = (token: string) => style.getPropertyValue(token).trim();
  const { width } = body.getBoundingClientRect();
  const box = drawn.getBoundingClientRect();
  const entries = [...body.querySelectorAll<HTMLElement>('[aria-label="Series"] button')].map((button) => ({
    // A swatch, the name, and the value where there is one.
    text: [...button.children]
      .map(({ textContent }) => textContent)
      .join('  ')
      .trim(),
    fill: getComputedStyle(button.firstElementChild ?? button).backgroundColor,
  }));
  const perLine = Math.max(Math.floor(width / 200), 1);
  const legendPx = Math.ceil(entries.length / perLine) * LINE_PX;
  const canvas = document.createElement('canvas');
  canvas.width = width * SCALE;
  canvas.height = (HEAD_PX + box.height + legendPx + 8) * SCALE;
  const context = canvas.getContext('2d');
  if (context === null) return null;
  context.scale(SCALE, SCALE);
  context.fillStyle = colour('--surface');
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = colour('--text');
  context.font = `600 13px ${colour('--font-sans')}`;
  context.fillText(fitted(context, title, width - 24), 12, 20);
  context.drawImage(drawn, 0, HEAD_PX, box.width, box.height);
  context.font = `11px ${colour('--font-sans')}`;
  entries.forEach(({ text, fill }, index) => {
    const x = 12 + (index % perLine) * 200;
    const y = HEAD_PX + box.height + Math.floor(index / perLine) * LINE_PX;
    context.fillStyle = fill;
    context.fillRect(x, y + 4, 8, 8);
    context.fillStyle = colour('--text-dim');
    context.fillText(fitted(context, text, 178), x + 14, y + 12);
  });
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob === null ? reject(new Error('the picture could not be drawn')) : resolve(blob)),
      'image/png',
    );
  });
}

/** As much of a text as there is room for. */
function fitted(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  const ends = (length: number) => `${text.slice(0, length)}…`;
  let length = text.length - 1;
  while (length > 0 && context.measureText(ends(length)).width > width) length -= 1;
  return ends(length);
}
