/**
 * Which cases are there? Files with the reference validator's verdicts, and data sets in words with the rules that they
 * break: those that are shared, or those of the folder that `ACCESSION_CASES` names.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedFolder } from '../shared.js';

/** A file, and what the reference validator said of it. */
export interface FileCase {
  readonly name: string;
  readonly file: string;
  readonly expected_valid: boolean;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly ignore_labels?: boolean;
  readonly pre_analysis?: boolean;
}

/** A float is told from an integer, as Python tells `1.0` from `1`. */
export interface Float {
  readonly $float: number;
}
export type Json = null | boolean | number | string | Float | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export interface Mutation {
  readonly op: string;
  readonly [argument: string]: Json;
}

export interface Expected {
  /** `T04|T03`: either of them. `*`: any. */
  readonly rule: string;
}

/** A data set that is made from a base, and what is wrong with it. */
export interface DataCase {
  readonly name: string;
  readonly suite: string;
  readonly base: string;
  readonly mutations: readonly Mutation[];
  readonly expect: string;
  readonly errors?: readonly Expected[];
  readonly warnings?: readonly Expected[];
  readonly exactErrors?: boolean;
  readonly scope?: string;
  readonly settings?: { readonly visiumRows?: number; readonly ignoreLabels?: boolean };
  readonly note?: string;
}

const shared = sharedFolder('conformance');
const folder = join(process.env.ACCESSION_CASES ?? shared.at('.'), 'single-cell');

/** Ends the name of a suite. */
export const NOTE = existsSync(folder) ? '' : ` (skipped: there is no ${folder})`;

export const FILE_CASES: readonly FileCase[] = read('h5ad/index.json', (text) => JSON.parse(text), []);
export const DATA_CASES: readonly DataCase[] = read('cases.jsonl', linesOf, []);
export const BASES: JsonObject = read('bases.json', (text) => parsed<JsonObject>(text), {});

export const localOf = ({ file }: FileCase): string => join(folder, 'h5ad', file);

function read<T>(file: string, parse: (text: string) => T, otherwise: T): T {
  const path = join(folder, file);
  return existsSync(path) ? parse(readFileSync(path, 'utf8')) : otherwise;
}

function linesOf(text: string): DataCase[] {
  return text
    .trim()
    .split('\n')
    .map((line) => parsed<DataCase>(line));
}

/** JSON that keeps `1.0` a float. */
function parsed<T>(text: string): T {
  const floats = text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\d+\.\d+(?:[eE][+-]?\d+)?/g, (token) =>
    token.startsWith('"') ? token : `{"$float":${token}}`,
  );
  return JSON.parse(floats);
}

export const isFloat = (value: Json | undefined): value is Float =>
  typeof value === 'object' && value !== null && '$float' in value;

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isFloat(value);

/** @throws a TypeError where it is none */
export function numberOf(value: Json | undefined): number {
  if (isFloat(value)) return value.$float;
  if (typeof value === 'number') return value;
  throw new TypeError(`${JSON.stringify(value)} is no number`);
}
