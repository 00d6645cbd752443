/** Which annotation is a file of, as the metadata tell it by patterns of paths? */
import type { AnnotationValues } from './declared.js';
import { partsOf } from './kinds.js';
import { fits, RUN_NAME } from './path-pattern.js';
import type { RunNames } from './run-names.js';

interface Pattern {
  readonly dataset: string;
  readonly annotation: string;
  readonly path: string;
}

export interface PatternHit {
  readonly dataset: string;
  readonly annotation: string;
  /** The run whose name the path holds where the pattern says so; null where the pattern says nothing of it. */
  readonly run: string | null;
}

type Annotated = { readonly key: string; readonly annotations: Readonly<Record<string, AnnotationValues>> };

export function indexPatterns(datasets: readonly Annotated[]) {
  const byExtension = new Map<string, Pattern[]>();
  for (const { key, annotations } of datasets)
    for (const [annotation, { files = [] }] of Object.entries(annotations))
      for (const { path } of files) {
        const { extension } = partsOf(path);
        const beside = byExtension.get(extension) ?? [];
        beside.push({ dataset: key, annotation, path });
        byExtension.set(extension, beside);
      }

  /** `names` are those of the runs of each data set, `likely` the run that other evidence tells. */
  return function patternOf(
    path: string,
    namesOf: (dataset: string) => RunNames | undefined,
    likely: readonly string[],
  ): PatternHit | null {
    const { extension } = partsOf(path);
    const near = [...(byExtension.get(extension) ?? []), ...(extension === '' ? [] : (byExtension.get('') ?? []))];
    for (const { dataset, annotation, path: pattern } of near) {
      const names = namesOf(dataset);
      const inside = path.startsWith(`${dataset}/`) ? [path, path.slice(dataset.length + 1)] : [path];
      for (const one of names ? inside : []) {
        const run = names && runIn(pattern, one, names, likely);
        if (run !== undefined) return { dataset, annotation, run };
      }
    }
    return null;
  };
}

/** The run that stands in a path where the pattern has one; null where it has none, undefined where they do not fit. */
function runIn(pattern: string, path: string, names: RunNames, likely: readonly string[]): string | null | undefined {
  const at = pattern.indexOf(RUN_NAME);
  if (at < 0) return fits(pattern, path) ? null : undefined;
  const prefix = pattern.slice(0, at);
  const isLiteral = !prefix.includes('*');
  if (isLiteral && !path.startsWith(prefix)) return undefined;
  const possible = isLiteral ? names.begunAt(path, at) : likely.filter((run) => names.has(run));
  return possible.find((run) => fits(pattern.replaceAll(RUN_NAME, run), path));
}
