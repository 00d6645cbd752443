/** Which parameters do IMOD's tilt and newstack get, in the forms of today and of old? By their long names, in small letters. */
import { type Command, type CommandLine, type Parameter, parameterOf, readsStandardInput } from './command-file.js';
import { wholeOf } from './decimal.js';

export interface Parameters {
  /** Of the command. */
  readonly line: number;
  /** In the order of the file: some may be told several times. */
  readonly all: ReadonlyMap<string, readonly Parameter[]>;
}

/** The names that a program knows, and its short ones. */
interface Names {
  readonly long: readonly string[];
  readonly short: Readonly<Record<string, string>>;
  /** Options without a value. */
  readonly flags: readonly string[];
}

const TILT: Names = {
  long: ['inputprojections', 'outputfile', 'excludelist'],
  short: { exclude: 'excludelist', excludelist2: 'excludelist' },
  flags: [],
};
const NEWSTACK: Names = {
  long: [
    ...['inputfile', 'outputfile', 'transformfile', 'sizetooutputinxandy', 'binbyfactor', 'imagesarebinned'],
    ...['offsetsinxandy', 'taperatfill', 'sectionstoread', 'modetooutput', 'floatdensities', 'adjustorigin'],
  ],
  short: {
    ...{ input: 'inputfile', output: 'outputfile', xform: 'transformfile', size: 'sizetooutputinxandy' },
    ...{ bin: 'binbyfactor', offset: 'offsetsinxandy', taper: 'taperatfill', secs: 'sectionstoread' },
    ...{ mode: 'modetooutput', float: 'floatdensities' },
  },
  flags: ['linear', 'nearest', 'adjustorigin', 'quiet', 'fromone', 'numberedfromone', 'phase', 'standardinput'],
};

/** Of old, the first two lines after `$tilt` are its input and its output, and `DONE` ends the rest. */
export function tiltParameters(command: Command): Parameters {
  const [first, second, ...rest] = command.input;
  const isOld = !readsStandardInput(command) && first && second && isName(first) && isName(second);
  if (!isOld)
    return parametersOf(command.line, [...optionsOf(command, TILT).named, ...command.input.map(parameterOf)], TILT);
  const files = [
    { name: 'InputProjections', value: first.text, line: first.line },
    { name: 'OutputFile', value: second.text, line: second.line },
  ];
  return parametersOf(command.line, [...files, ...rest.map(parameterOf)], TILT);
}

const isName = ({ text }: CommandLine): boolean => !/\s/.test(text);

/** Of old, all stand in one line, and its last two words are the input and the output. */
export function newstackParameters(command: Command): Parameters {
  const { named, others } = optionsOf(command, NEWSTACK);
  const [input, output] = others.length > 1 ? others.slice(-2) : named.some(isInput) ? [undefined, ...others] : others;
  const file = (name: string, value: string | undefined) => (value ? [{ name, value, line: command.line }] : []);
  const files = [...file('InputFile', input), ...file('OutputFile', output)];
  return parametersOf(command.line, [...named, ...files, ...command.input.map(parameterOf)], NEWSTACK);
}

const isInput = ({ name }: Parameter): boolean => longNameOf(name, NEWSTACK) === 'inputfile';

function parametersOf(line: number, parameters: readonly Parameter[], names: Names): Parameters {
  const all = new Map<string, Parameter[]>();
  for (const parameter of parameters) {
    const name = longNameOf(parameter.name, names);
    const told = all.get(name);
    if (told) told.push(parameter);
    else all.set(name, [parameter]);
  }
  return { line, all };
}

/** IMOD takes any beginning of a name that no other name has. */
function longNameOf(name: string, { long, short }: Names): string {
  const small = name.toLowerCase();
  const exact = Object.hasOwn(short, small) ? short[small] : undefined;
  if (exact) return exact;
  const beginning = small.length < 2 ? [] : [...long, ...Object.keys(short)].filter((one) => one.startsWith(small));
  const meant = new Set(beginning.map((one) => short[one] ?? one));
  const [only] = meant;
  return meant.size === 1 && only ? only : small;
}

/** `-name value` pairs of the command line, and the words between them. */
function optionsOf({ options, line }: Command, names: Names): { named: Parameter[]; others: string[] } {
  const named: Parameter[] = [];
  const others: string[] = [];
  for (let i = 0; i < options.length; i++) {
    const word = options[i] ?? '';
    const next = options[i + 1];
    if (!isOption(word)) {
      others.push(word);
      continue;
    }
    const name = word.replace(/^-+/, '');
    const isFlag = names.flags.some((flag) => flag.startsWith(name.toLowerCase()));
    if (isFlag || next === undefined || isOption(next)) continue;
    named.push({ name, value: next, line });
    i++;
  }
  return { named, others };
}

const isOption = (word: string): boolean => /^--?[a-z]/i.test(word);

const MOST_SECTIONS = 20_000;

type Range = readonly [from: number, to: number];

/** Ranges of a list such as `1,2-6,8` or `1 8`; null where it is none, or names sections that no tilt series has. */
export function rangesOf(list: string): Range[] | null {
  const ranges: Range[] = [];
  for (const part of list.split(/[\s,]+/).filter(Boolean)) {
    const [from = null, to = from, more] = part.split('-').map(wholeOf);
    if (from === null || to === null || more !== undefined) return null;
    const range = [Math.min(from, to), Math.max(from, to)] as const;
    if (range[0] < 1 || range[1] > MOST_SECTIONS) return null;
    ranges.push(range);
  }
  return ranges.length > 0 ? ranges : null;
}

/** Every section that a list names, once. Lists may name thousands a thousand times: they are ticked off, not collected. */
export function sectionsOf(lists: readonly string[]): number[] {
  const isNamed = new Uint8Array(MOST_SECTIONS + 1);
  for (const [from, to] of lists.flatMap((list) => rangesOf(list) ?? [])) isNamed.fill(1, from, to + 1);
  return Array.from(isNamed.keys()).filter((section) => isNamed[section] === 1);
}
