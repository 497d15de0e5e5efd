import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/*
 * What browsers fetch beside a page's own code: the code of the part that is looked at, and what it asks of the API.
 * The build of the pages writes down what that is.
 */

const FILE = "firsts.json";

const firsts = z.object({
  pages: z.array(
    z.object({
      /** As the pages have it: a segment that begins with `$` is any one. */
      path: z.string(),
      modules: z.array(z.string()),
      styles: z.array(z.string()),
      /** Paths of the API, with the page's own `$` segments. */
      asks: z.array(z.string()),
    }),
  ),
});

type First = z.infer<typeof firsts>["pages"][number];

/** Elements for the head of the page at `path`; empty: nothing is known of it. */
export async function firstLinks(folder: string, path: string): Promise<string> {
  const text = await readFile(join(folder, FILE), "utf8").catch(() => null);
  if (text === null) return "";
  for (const page of firsts.parse(JSON.parse(text)).pages) {
    const values = valuesOf(page.path, path);
    if (values !== null) return linksOf(page, values);
  }
  return "";
}

/** A segment as browsers send it: nothing in it ends an attribute. */
const VALUE = /^[A-Za-z0-9._~%-]+$/;

/** What stands for each `$` segment; null: it is another page. */
function valuesOf(pattern: string, path: string): ReadonlyMap<string, string> | null {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return null;
  const values = new Map<string, string>();
  for (const [index, segment] of wanted.entries()) {
    const value = given[index] ?? "";
    const isOpen = segment.startsWith("$");
    if (isOpen ? !VALUE.test(value) : segment !== value) return null;
    if (isOpen) values.set(segment, value);
  }
  return values;
}

function linksOf({ modules, styles, asks }: First, values: ReadonlyMap<string, string>): string {
  const filled = (path: string) => path.replaceAll(/\$\w+/g, (name) => values.get(name) ?? name);
  return [
    /* First: they take the server longer than files do. */
    ...asks.map((ask) => `<link rel="preload" as="fetch" crossorigin href="${filled(ask)}">`),
    ...modules.map((module) => `<link rel="modulepreload" crossorigin href="${module}">`),
    ...styles.map((style) => `<link rel="preload" as="style" crossorigin href="${style}">`),
  ].join("\n    ");
}
