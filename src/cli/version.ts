/** Put in by the bundler. */
declare const PREMORTEM_VERSION: string;

/** That of the package; `0` where nothing was bundled, as in tests. */
export const VERSION = typeof PREMORTEM_VERSION === "undefined" ? "0" : PREMORTEM_VERSION;
