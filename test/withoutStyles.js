import { register } from "node:module";

/*
 * Components name their styles, which a bundler reads and Node does not: to tests they are empty. No TypeScript: threads
 * of what is tested load this too, before anything there reads it.
 */

const HOOKS = `export async function load(url, context, next) {
  if (!url.endsWith(".css")) return next(url, context);
  return { format: "module", source: "export default {}", shortCircuit: true };
}`;

register(`data:text/javascript,${encodeURIComponent(HOOKS)}`);
