/** With which parameters was this tomogram reconstructed? IMOD's tilt.com and newst.com, as data, never executed. Long for its tables. */
import { defineCheck, type Pen, type Said } from '../check.js';
import type { Rule } from '../finding.js';
import { type Command, readCommands } from '../readers/command-file.js';
import { decimalsOf } from '../readers/decimal.js';
import {
  newstackParameters,
  type Parameters,
  rangesOf,
  sectionsOf,
  tiltParameters,
} from '../readers/imod-parameters.js';
import { byLine, shortened } from './by-line.js';
import { textLines, textRules } from './text-rules.js';
import type { NewstComFacts, TiltComFacts } from './tomography-facts.js';

const TILT = 'https://bio3d.colorado.edu/imod/doc/man/tilt.html';
const NEWSTACK = 'https://bio3d.colorado.edu/imod/doc/man/newstack.html';
const EXPORT = 'Upload the command file as Etomo wrote it.';

const RULES = {
  ...textRules('IMOD command file', EXPORT),
  no_tilt: {
    severity: 'error',
    message: 'No line starts the program tilt: this does not tell how the tomogram was reconstructed.',
    fix: 'Upload the tilt.com of Etomo: its second line is `$tilt -StandardInput`.',
    docs: TILT,
  },
  no_newstack: {
    severity: 'error',
    message: 'No line starts the program newstack: this does not tell how the aligned stack was made.',
    fix: 'Upload the newst.com of Etomo: its second line is `$newstack -StandardInput`.',
    docs: NEWSTACK,
  },
  no_command: {
    severity: 'error',
    message: 'No line starts a program: this is no IMOD command file.',
    fix: EXPORT,
  },
  other_program: {
    severity: 'info',
    message: 'This starts {found}, and neither tilt nor newstack: nothing is read from it.',
    fix: 'Nothing needs to be done, unless tilt.com or newst.com was meant.',
  },
  value: {
    severity: 'error',
    message: 'The value of {name} is not what the program takes.',
    fix: 'Correct the value, or upload the command file as Etomo wrote it.',
  },
  repeated: {
    severity: 'warning',
    message: '{name} is told more than once, and not alike; the last one counts.',
    fix: 'Leave the one with which the tomogram was made.',
  },
  missing: {
    severity: 'warning',
    message: 'The file does not tell {found}.',
    fix: EXPORT,
  },
} as const satisfies Record<string, Rule>;

type ComPen = Pen<keyof typeof RULES>;

const LIMITS = { bytes: 256 << 10, lines: 10_000 };

/** tilt.com, newst.com, and those of the axes: tilta.com, newstb.com. */
export const comCheck = defineCheck<keyof typeof RULES>({
  id: 'com',
  version: 1,
  title: 'IMOD command file',
  extensions: ['.com'],
  rules: RULES,
  sharesProcess: true,

  async *run(file, pen) {
    const lines = yield* textLines(file, pen, LIMITS);
    if (!lines) return;
    const commands = readCommands(lines);
    const found = programOf(file.path, commands);
    if (!('parameters' in found))
      return yield pen.report(found.rule, { found: found.programs, expected: '$tilt -StandardInput, $newstack' });

    const { program, parameters } = found;
    yield pen.learn(program === 'tilt' ? tiltFacts(parameters) : newstackFacts(parameters));
    yield* judgeValues(parameters, VALUES[program], pen);
    yield* judgeMissing(parameters, NEEDED[program], pen);
  },
});

type Program = 'tilt' | 'newstack';
type Found =
  | { readonly program: Program; readonly parameters: Parameters }
  | { readonly rule: 'no_tilt' | 'no_newstack' | 'no_command' | 'other_program'; readonly programs: string };

/** What the file is called tells which one it should start; what it is called otherwise may start either. */
function programOf(path: string, commands: readonly Command[]): Found {
  const name = (path.split('/').at(-1) ?? '').toLowerCase();
  const tilt = commands.find(({ program }) => program === 'tilt');
  const newstack = commands.find(({ program }) => ['newstack', 'newst', 'colornewst'].includes(program ?? ''));
  const programs = commands.flatMap(({ program }) => program ?? []).filter((program) => !SHELL.includes(program));
  const told = { programs: shortened([...new Set(programs)].join(', ') || 'nothing') };
  const wanted: Program | null = NEWST_COM.test(name) ? 'newstack' : TILT_COM.test(name) ? 'tilt' : null;

  if (tilt && wanted !== 'newstack') return { program: 'tilt', parameters: tiltParameters(tilt) };
  if (newstack && wanted !== 'tilt') return { program: 'newstack', parameters: newstackParameters(newstack) };
  if (wanted) return { rule: wanted === 'tilt' ? 'no_tilt' : 'no_newstack', ...told };
  if (programs.length > 0) return { rule: 'other_program', ...told };
  const tellsThickness = commands.some(({ input }) => input.some(({ text }) => /^(thickness|fullimage)\s/i.test(text)));
  return { rule: tellsThickness ? 'no_tilt' : 'no_command', ...told };
}

const SHELL: readonly string[] = ['if', 'setenv', 'goto', 'echo', 'exit', 'else', 'endif'];
/** `tilta.com` and `bad_tilt_1.com`, and not `tiltalign.com`. */
const TILT_COM = /(^|[^a-z])tilt[ab]?([^a-z]|$)/;
const NEWST_COM = /(^|[^a-z])newst(ack)?[ab]?([^a-z]|$)/;

const numbersOf = (value: string): number[] => decimalsOf(value.split(/[\s,]+/).filter(Boolean)) ?? [];
const isWhole = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;
const isPair = (value: string): boolean => numbersOf(value).length === 2 && numbersOf(value).every(isWhole);
const isOneWhole = (value: string): boolean => numbersOf(value).length === 1 && numbersOf(value).every(isWhole);
const isPositive = (value: string): boolean =>
  numbersOf(value).length === 1 && numbersOf(value).every((one) => one > 0);
const isOne = (value: string): boolean => numbersOf(value).length === 1;
const isOneOrTwo = (value: string): boolean => [1, 2].includes(numbersOf(value).length);

type Value = readonly [is: (value: string) => boolean, expected: string];
const WHOLE: Value = [isOneWhole, 'a whole number from 1'];
const PAIR: Value = [isPair, 'two whole numbers from 1'];

const VALUES: Readonly<Record<Program, Readonly<Record<string, Value>>>> = {
  tilt: {
    imagebinned: WHOLE,
    thickness: [isPositive, 'a number above 0'],
    fullimage: PAIR,
    xaxistilt: [isOne, 'an angle'],
    offset: [isOneOrTwo, 'an angle'],
    shift: [isOneOrTwo, 'two numbers: along X and Z'],
    excludelist: [(value) => rangesOf(value) !== null, 'sections from 1, as in 1,2-6,8'],
  },
  newstack: {
    sizetooutputinxandy: PAIR,
    binbyfactor: WHOLE,
    imagesarebinned: [isPositive, 'a number above 0'],
  },
};

/** One of each. */
const NEEDED: Readonly<Record<Program, readonly (readonly [name: string, ...others: string[]])[]>> = {
  tilt: [['InputProjections'], ['THICKNESS'], ['TILTFILE', 'ANGLES']],
  newstack: [['InputFile'], ['OutputFile']],
};

function* judgeValues({ all }: Parameters, values: (typeof VALUES)[Program], pen: ComPen): Generator<Said, void> {
  for (const [name, [is, expected]] of Object.entries(values)) {
    const told = all.get(name) ?? [];
    const wrong = told.filter(({ value }) => !is(value));
    const as = { name: told[0]?.name, key: name };
    if (wrong.length > 0) yield pen.report('value', { ...byLine(wrong.map(quoted), expected), ...as });
    else if (name !== 'excludelist' && new Set(told.map(({ value }) => value)).size > 1)
      yield pen.report('repeated', { ...byLine(told.slice(1), told[0]?.value), ...as });
  }
}

const quoted = ({ line, value }: { line: number; value: string }) => ({ line, value: value || 'nothing' });

function* judgeMissing(
  { line, all }: Parameters,
  needed: (typeof NEEDED)[Program],
  pen: ComPen,
): Generator<Said, void> {
  const missing = needed.filter((names) => names.every((name) => !all.get(name.toLowerCase())?.[0]?.value));
  if (missing.length === 0) return;
  const found = missing.map((names) => names.join(' or ')).join(', ');
  yield pen.report('missing', { location: `line ${line}`, found, count: missing.length });
}

/** Where it is told more than once, the last one counts; null where it is not told, or is no such value. */
function lastOf({ all }: Parameters, program: Program, name: string): string | null {
  const value = all.get(name)?.at(-1)?.value;
  const [is] = VALUES[program][name] ?? [];
  return !value || (is && !is(value)) ? null : value;
}

const MOST_LETTERS = 1000;

function tiltFacts(parameters: Parameters) {
  const text = (name: string) => lastOf(parameters, 'tilt', name)?.slice(0, MOST_LETTERS) ?? null;
  const numbers = (name: string) => numbersOf(lastOf(parameters, 'tilt', name) ?? '');
  const number = (name: string) => numbers(name)[0] ?? null;
  const [nx, ny] = numbers('fullimage');
  const [x, z = 0] = numbers('shift');
  const lists = parameters.all.get('excludelist') ?? [];
  const output = ['mode', 'radial', 'scale', 'log'].flatMap((name) => {
    const value = text(name);
    return value ? [[name, value] as const] : [];
  });
  return {
    ...{ format: 'tilt-com', inputProjections: text('inputprojections'), outputFile: text('outputfile') },
    ...{ tiltFile: text('tiltfile'), xTiltFile: text('xtiltfile'), localFile: text('localfile') },
    ...{ imageBinned: number('imagebinned'), thickness: number('thickness') },
    fullImage: nx === undefined || ny === undefined ? null : [nx, ny],
    ...{ xAxisTilt: number('xaxistilt'), offset: number('offset'), shift: x === undefined ? null : [x, z] },
    excluded: sectionsOf(lists.map(({ value }) => value)),
    ...{ zFactorFile: text('zfactorfile'), output: Object.fromEntries(output) },
  } satisfies TiltComFacts;
}

function newstackFacts(parameters: Parameters) {
  const text = (name: string) => lastOf(parameters, 'newstack', name)?.slice(0, MOST_LETTERS) ?? null;
  const numbers = (name: string) => numbersOf(lastOf(parameters, 'newstack', name) ?? '');
  const [x, y] = numbers('sizetooutputinxandy');
  return {
    format: 'newst-com',
    inputFile: parameters.all.get('inputfile')?.[0]?.value.slice(0, MOST_LETTERS) || null,
    ...{ outputFile: text('outputfile'), transformFile: text('transformfile') },
    size: x === undefined || y === undefined ? null : [x, y],
    ...{ binByFactor: numbers('binbyfactor')[0] ?? null, imagesAreBinned: numbers('imagesarebinned')[0] ?? null },
  } satisfies NewstComFacts;
}
