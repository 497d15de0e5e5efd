/** Diagnostics of drills: stable, never reused. */
export const DRILL_CODES = {
  PM5401: {
    title: "a drill that is not YAML",
    explanation:
      "Drills are YAML 1.2. The message says where the text stops being that: often a tab, a missing space behind a colon, or a line that is not indented like its neighbours.",
  },
  PM5402: {
    title: "not a drill",
    explanation:
      "A key is missing, unknown, or has a value of another kind. `docs/reference/drill.schema.json` lists all keys.",
  },
  PM5403: {
    title: "a drill that contradicts itself",
    explanation:
      "The cause has to be one of the suspects, weights have to make a hundred points, and what breaks it has to come in order.",
  },
  PM5404: {
    title: "a drill cannot be read",
    explanation: "A file of the folder of drills is not there, is too large, or is no text.",
  },
} as const;

export type DrillCode = keyof typeof DRILL_CODES;
