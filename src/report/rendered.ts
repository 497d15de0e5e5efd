/** Lines of what a template was rendered to are not its own: the name says so. */
const SUFFIX = " (rendered)";

export function renderedName(path: string): string {
  return `${path}${SUFFIX}`;
}

/** The template that a name speaks of; null: the name is that of a file. */
export function templateOf(name: string): string | null {
  return name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : null;
}
