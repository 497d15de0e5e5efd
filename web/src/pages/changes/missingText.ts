import type { Missing } from "../../api/types.ts";
import { listed } from "../../lib/words.ts";

/** What stands between a change and its apply, in words that say what to do. */
export function missingText(missing: Missing): string {
  switch (missing.kind) {
    case "proof":
      return `has to be proved: ${missing.reason}`;
    case "approval": {
      const who = `approval by somebody who is not ${listed(missing.notBy)}`;
      return missing.reason === null
        ? who
        : `${who} (the last one does not count: ${missing.reason})`;
    }
    case "alone": {
      const { by, untilMs, reason } = missing;
      if (untilMs !== null) return `approval by ${by}, alone: behind a pause`;
      const why = reason === null ? "" : ` (${reason})`;
      return `approval${why}: nobody else than ${by} may give it, who has to say what would be lost`;
    }
    case "intents": {
      const parts = [
        ...(missing.broken.length === 0 ? [] : [`breaks ${listed(missing.broken)}`]),
        ...(missing.undecided.length === 0
          ? []
          : [`leaves ${listed(missing.undecided)} undecided`]),
      ];
      return `${parts.join(" and ")}: mend it, or ask for an override`;
    }
    case "grant":
      return `the override has to be granted by somebody who is not ${listed(missing.notBy)}`;
  }
}
