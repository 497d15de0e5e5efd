/** Seconds: checks are over in five, and a lock-out lasts no longer than this. */
export const DEFAULT_WINDOW_S = 30;
export const LEAST_WINDOW_S = 10;
export const MOST_WINDOW_S = 900;
