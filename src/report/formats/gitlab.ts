import { plainText, type Report, type Result } from "../result.ts";

/** Code Quality of GitLab: it shows nothing that has no path and no line. */
export function gitlab({ results }: Report): string {
  const issues = results
    .filter(({ outcome }) => outcome !== "pass")
    .map((result) => ({
      description: `${result.rule.title}: ${plainText(result)}`,
      check_name: result.rule.id,
      fingerprint: result.fingerprint,
      severity: severityOf(result),
      location: {
        path: pathOf(result),
        lines: { begin: result.place?.line ?? 1, end: result.place?.endLine ?? 1 },
      },
    }));
  return `${JSON.stringify(issues, null, 2)}\n`;
}

function severityOf({ level, outcome }: Result): "critical" | "major" | "minor" | "info" {
  if (level === "error") return "critical";
  if (outcome === "undecided") return "major";
  return level === "warning" ? "minor" : "info";
}

/** What is named there for what no file is to blame for. */
const NO_FILE = "premortem";

function pathOf({ place }: Result): string {
  if (place === null || place.file === "-") return NO_FILE;
  return place.file.replace(/^(?:\.\/+)+/, "");
}
