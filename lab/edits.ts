interface Edit {
  readonly pattern: RegExp;
  readonly replacement: string;
  readonly reason: string;
}

/**
 * What is changed in a file so that this version of the tools takes it, for kernel and model alike.
 * Interfaces that a file names are made besides (`iif` looks them up when a rule is loaded).
 */
const EDITS: readonly Edit[] = [
  {
    pattern: /(hook output priority )dstnat\b/g,
    replacement: "$1-100",
    reason: "`priority dstnat` in an output chain is a number before nft 1.0.8",
  },
];

export function applyEdits(text: string): { text: string; reasons: readonly string[] } {
  let edited = text;
  const reasons: string[] = [];
  for (const { pattern, replacement, reason } of EDITS) {
    const next = edited.replace(pattern, replacement);
    if (next !== edited) reasons.push(reason);
    edited = next;
  }
  return { text: edited, reasons };
}
