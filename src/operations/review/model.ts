/** Something that somebody says about a change, or answers. */
export interface Comment {
  readonly id: number;
  readonly change: number;
  readonly by: string;
  readonly atMs: number;
  /** As it was typed; it is shown as text and nothing else. */
  readonly text: string;
  /** The content that was looked at: a later one may have mended it. */
  readonly contentHash: string;
  /** A line of a file of that content; null: the whole is meant. */
  readonly place: { readonly path: string; readonly line: number } | null;
  readonly resolved: { readonly by: string; readonly atMs: number } | null;
}

export interface CommentWish {
  readonly text: string;
  readonly contentHash: string;
  readonly place: Comment["place"];
}
