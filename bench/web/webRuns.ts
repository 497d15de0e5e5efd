/** What `bench/web/webMain.ts` prints: milliseconds of each run. */
export interface WebRuns {
  /** A picture of the same server, drawn by the same browser: what no page can be faster than. */
  readonly emptyMs: readonly number[];
  /** From few rules on the device to many. */
  readonly sizes: readonly SizeRuns[];
  /** A change that brings many rules at once to a device of few: each lets other packets through, and is told. */
  readonly added: ChangeRuns;
}

export interface ChangeRuns {
  readonly rules: number;
  /** Until it is kept, and proved on what runs. */
  readonly proposeMs: number;
  /** What the page of the change asks for, without a page. */
  readonly jsonMs: readonly number[];
  /** From the begin of the visit until the first class of packets is drawn. */
  readonly changeMs: readonly number[];
  /** What the page's own thread works for it: the same on a busy machine. */
  readonly changeWorkMs: readonly number[];
  /** Of each press or key on the page of the change and in its editor, by the browser's own count (Event Timing). */
  readonly interactionMs: readonly number[];
  /** The longest frame of each scrolling; 0: none was as long as the browser tells of, 50 ms. */
  readonly scrollMs: readonly number[];
}

/** One rule of those that the device has is edited. */
export interface SizeRuns extends ChangeRuns {
  readonly overviewMs: readonly number[];
  /** From a key in the editor until its comparison is drawn. */
  readonly editMs: readonly number[];
}
