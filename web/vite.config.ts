import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: "../dist/web",
    emptyOutDir: true,
    target: "es2022",
    /* The policy of the server lets in no script and no picture that stands in the page itself. */
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  worker: { format: "es" },
  /* While pages are written: the API of a server that runs beside. */
  server: { proxy: { "/v1": "http://127.0.0.1:7171" } },
});
