/** What a run ends with; told in `premortem --help`. */
export const EXIT = {
  /** Nothing found, no difference, everything holds. */
  clean: 0,
  /** Findings, a difference, something broken. */
  findings: 1,
  /** Bad usage, or input that cannot be read. */
  usage: 2,
  /** Something asked is undecided. */
  undecided: 3,
  /** Ctrl-C: 128 and the number of SIGINT, as shells have it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
