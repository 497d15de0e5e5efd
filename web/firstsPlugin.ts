import { join } from "node:path";
import type { Plugin, Rolldown } from "vite";
import { ASKED_ALWAYS, FIRST_ASKS } from "./src/app/firstAsks.ts";

/** Writes `firsts.json`: for each page what a browser shall fetch with it (src/server/firsts.ts). */
export function firsts(): Plugin {
  return {
    name: "firsts",
    apply: "build",
    generateBundle: {
      /* Behind Vite's own, which says what styles belong to a chunk. */
      order: "post",
      handler(_, bundle) {
        const chunks = Object.values(bundle).filter((one) => one.type === "chunk");
        const known = reached(chunks, (chunk) => chunk.isEntry);
        const pages = FIRST_ASKS.map(({ path, page, asks }) => {
          const file = join(import.meta.dirname, `src/pages/${page}.tsx`);
          const own = reached(chunks, (chunk) => chunk.facadeModuleId === file);
          if (own.size === 0 && page !== null) this.error(`there is no chunk of ${file}`);
          const more = [...own].filter((chunk) => !known.has(chunk));
          return {
            path,
            modules: more.map(({ fileName }) => `/${fileName}`),
            styles: more.flatMap(({ viteMetadata }) =>
              [...(viteMetadata?.importedCss ?? [])].map((name) => `/${name}`),
            ),
            asks: [ASKED_ALWAYS, ...asks],
          };
        });
        this.emitFile({
          type: "asset",
          fileName: "firsts.json",
          source: JSON.stringify({ pages }),
        });
      },
    },
  };
}

/** Those that are meant, and all that they need before they run. */
function reached(
  chunks: readonly Rolldown.OutputChunk[],
  isMeant: (chunk: Rolldown.OutputChunk) => boolean,
): ReadonlySet<Rolldown.OutputChunk> {
  const found = new Set(chunks.filter(isMeant));
  /* A set takes in what is added while it is gone through. */
  for (const { imports } of found)
    for (const chunk of chunks) if (imports.includes(chunk.fileName)) found.add(chunk);
  return found;
}
