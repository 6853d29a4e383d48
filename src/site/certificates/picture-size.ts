/** The size that social sites ask a picture to be, in pixels. */
export const PICTURE = { width: 1200, height: 630 } as const;
