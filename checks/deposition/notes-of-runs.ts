/** What looks odd in what is declared of runs? Told where it was typed: of all runs, or of one. */
import { CAMERAS } from '../profiles/cryoet/acquisition.js';
import { type Draft, draftOf, entriesOf, own, pointerOf, textOf } from '../profiles/cryoet/drafts.js';
import { inform, type Said, warn, within } from './note.js';
import { notesOfCorrector, notesOfMeasures } from './notes-of-measures.js';
import { resolved } from './run-values.js';

/** How many runs are named for one thing; the others are counted. */
const MOST_NAMED = 20;

export function* notesOfRuns(dataset: Draft): Iterable<Said> {
  const defaults = draftOf(own(dataset, 'run_defaults'));
  const runs = Object.fromEntries(entriesOf(own(dataset, 'runs')).map(([run, values]) => [run, draftOf(values)]));
  const told = new Set<string>();
  for (const said of within(['run_defaults'], notesOfValues(defaults, defaults))) {
    told.add(subjectOf(said));
    yield said;
  }
  yield* fewOf(ofEach(runs, defaults, told));
  yield* notesOfQuality(Object.keys(runs).map((run) => resolved({ run_defaults: defaults, runs }, run).values));
}

function* ofEach(runs: Readonly<Record<string, Draft>>, defaults: Draft, told: ReadonlySet<string>): Iterable<Said> {
  for (const [run, values] of Object.entries(runs)) {
    if (Object.keys(values).length === 0) continue;
    const { values: all } = resolved({ run_defaults: defaults, runs }, run);
    for (const said of notesOfValues(values, draftOf(all))) {
      const field = String(said.path[0]);
      // What follows from two values may be said of the defaults already.
      if (told.has(subjectOf(said)) && !Object.hasOwn(values, field)) continue;
      yield { ...said, path: ['runs', run, ...said.path] };
    }
  }
}

const subjectOf = ({ path, code }: Said) => `${code} ${String(path.at(-1))}`;

function* fewOf(notes: Iterable<Said>): Iterable<Said> {
  const counts = new Map<string, { many: number; said: Said }>();
  for (const said of notes) {
    const many = (counts.get(subjectOf(said))?.many ?? 0) + 1;
    counts.set(subjectOf(said), { many, said });
    if (many <= MOST_NAMED) yield said;
  }
  for (const { many, said } of counts.values()) {
    if (many <= MOST_NAMED) continue;
    const more = many - MOST_NAMED;
    const { proposal: _, ...rest } = said;
    yield {
      ...rest,
      path: ['runs'],
      message: `${more} more runs, the last of them ${pointerOf(said.path)}: ${said.message}`,
    };
  }
}

/** @param typed in this place; @param all with the defaults under them */
function* notesOfValues(typed: Draft, all: Draft): Iterable<Said> {
  yield* notesOfMeasures(typed);
  yield* notesOfCorrector(all);
  yield* notesOfCamera(all);
  if (typed.frames_not_deposited === true)
    yield warn(
      ['frames_not_deposited'],
      'left-out',
      'The movie stacks are not deposited.',
      'Deposit them if you can: nobody can repeat the motion correction without them.',
    );
}

const folded = (text: string) => text.toLowerCase().replace(/[\s_-]+/g, '');
const MAKERS = new Map(Object.entries(CAMERAS).map(([model, makers]) => [folded(model), makers]));
const ALIASES: Readonly<Record<string, string>> = {
  ...{ thermofisher: 'TFS', thermofisherscientific: 'TFS', thermo: 'TFS', thermoscientific: 'TFS' },
};

function* notesOfCamera({ camera_manufacturer: maker, camera_model: model }: Draft): Iterable<Said> {
  const [by, name] = [textOf(maker), textOf(model)];
  if (by === null || name === null) return;
  const makers = MAKERS.get(folded(name).replace(/^gatan/, ''));
  if (!makers) return;
  const known = ALIASES[folded(by)];
  if (known && makers.some((each) => each === known))
    yield {
      ...inform(['camera_manufacturer'], 'spelling', `${by} is written ${known}.`, `Write ${known}.`),
      proposal: { from: maker, to: known },
    };
  else if (!makers.some((each) => folded(each) === folded(by)))
    yield warn(
      ['camera_manufacturer'],
      'disagrees',
      `The ${name} is made by ${makers.join(' or ')}, and the manufacturer is ${by}.`,
      'Correct the manufacturer, or the model.',
      makers.length === 1 ? { from: maker, to: makers[0] } : undefined,
    );
}

function* notesOfQuality(runs: readonly { readonly tilt_series_quality?: number }[]): Iterable<Said> {
  const ratings = new Set(runs.map(({ tilt_series_quality: quality }) => quality));
  const [only] = ratings;
  if (runs.length > 1 && ratings.size === 1 && only !== undefined)
    yield inform(
      ['runs'],
      'unusual',
      `All ${runs.length} runs have the quality ${only}.`,
      'It is meant to tell the runs of a data set apart.',
    );
}
