/** Begins the reason in the name of a suite that was not run. */
export const NOT_RUN = "[not run: ";
