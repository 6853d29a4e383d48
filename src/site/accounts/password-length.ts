/** Bounds of a new password, in UTF-16 units. */
export const PASSWORD_LENGTH = { min: 8, max: 128 } as const;
