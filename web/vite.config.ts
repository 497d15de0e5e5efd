import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { eager } from "./eagerPlugin.ts";
import { firsts } from "./firstsPlugin.ts";

/* A third of what the pages weigh: no page waits for it that shows no text of files. */
const EDITOR =
  /node_modules[\\/](?:@codemirror|@lezer|style-mod)[\\/]|components[\\/](?:Editor|MergeView|editorTheme|lineMarks)\.tsx?$/;
const isShared = (id: string) => !EDITOR.test(id);

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), firsts(), eager(["index", "shared"])],
  build: {
    outDir: "../dist/web",
    emptyOutDir: true,
    target: "es2022",
    /* The policy of the server lets in no script and no picture that stands in the page itself. */
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      output: {
        /* What several pages need is one file, and not one for each component: browsers ask for six at a time. */
        codeSplitting: {
          groups: [
            /* Else the editor's file would bring it to the page that asks for it first. */
            { name: "shared", test: /app[\\/]nonce\.ts$/, priority: 3 },
            { name: "shared", test: isShared, minShareCount: 2, priority: 2 },
            { name: "editor", test: EDITOR, priority: 1 },
          ],
        },
      },
    },
  },
  worker: { format: "es" },
  /* While pages are written: the API of a server that runs beside. */
  server: { proxy: { "/v1": "http://127.0.0.1:7171" } },
});
