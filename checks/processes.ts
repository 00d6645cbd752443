/** Where lie the files that checks begin as processes and threads? There, each is one file or a few: `scripts/build.mjs` makes them. */

// A test runs TypeScript, and what it begins is built even so: Node could not load the source.
export const PROCESSES = new URL(
  import.meta.url.endsWith('.ts') ? '../dist/processes/' : '../processes/',
  import.meta.url,
);
