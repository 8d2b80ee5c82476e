/** Where the bars are inside the chart, in pixels from its edges; the brush lies exactly over them. */
export const PLOT = { left: 44, right: 28, top: 8, bottom: 20 };

/** Beside the labels of the axis stand the buttons that shift the range; no label may run under them. */
export const BUTTONS = { left: 36, right: 22 };
