/** Where the bars are inside the chart, in pixels from its edges; the brush lies exactly over them. */
export const PLOT = { left: 44, right: 12, top: 8, bottom: 20 };
