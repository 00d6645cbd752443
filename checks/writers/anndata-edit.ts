/**
 * How is something added to an AnnData file, with all that is in it left as it is? The file is copied, byte by byte, and
 * the copy is added to: matrices are never read. What stands where something new is to stand gets another name first.
 */
import { constants, copyFileSync, renameSync, rmSync } from 'node:fs';
import h5wasm, { type File, type Group } from 'h5wasm/node';
import { BOOL, writeBools } from './hdf5-bools.js';
import { removeLink } from './hdf5-links.js';

export type NewColumn =
  | {
      readonly kind: 'categorical';
      readonly categories: readonly string[];
      readonly codes: Int32Array;
      readonly isOrdered?: boolean;
    }
  | { readonly kind: 'strings'; readonly values: readonly string[] }
  | { readonly kind: 'bools'; readonly values: Uint8Array }
  | { readonly kind: 'integers'; readonly values: Int32Array };

export interface NewColumns {
  /** Of the frame: `/obs`, `/var`, `/raw/var`. */
  readonly frame: string;
  readonly columns: ReadonlyMap<string, NewColumn>;
  /** As `column-order` lists them by now. */
  readonly order: readonly string[];
}

export interface Edit {
  readonly frames: readonly NewColumns[];
  /** New values of uns. */
  readonly uns: ReadonlyMap<string, string | readonly string[]>;
  /** `/obs/tissue` is to be called `author_tissue`. */
  readonly renamed: ReadonlyMap<string, string>;
  /** What is written anew, so that the old is no longer found. */
  readonly replaced: readonly string[];
}

/** Rows that make a chunk of a new column. */
const CHUNK = 65_536;

/**
 * Write `input` with `edit` to `output`, which comes into being whole or not at all.
 * @throws LinkNotRemoved where something has to be renamed and the file's layout is not known
 */
export async function editAnnData(input: string, output: string, edit: Edit): Promise<void> {
  await h5wasm.ready;
  const part = `${output}.part`;
  try {
    copyFileSync(input, part, constants.COPYFILE_FICLONE);
    rename(part, edit);
    withFile(part, (file) => {
      for (const frame of edit.frames) writeColumns(file, frame, edit.renamed);
      for (const [key, value] of edit.uns) writeUns(file, key, value);
    });
    writeBools(part);
    renameSync(part, output);
  } finally {
    rmSync(part, { force: true });
  }
}

function rename(part: string, { renamed, replaced }: Edit): void {
  withFile(part, (file) => {
    for (const [path, name] of renamed) {
      const status = file.create_hard_link(path, `${path.slice(0, path.lastIndexOf('/'))}/${name}`);
      if (status < 0) throw new Error(`${path} could not be called ${name}.`);
    }
  });
  for (const path of [...renamed.keys(), ...replaced]) removeLink(part, path);
}

function withFile(part: string, use: (file: File) => void): void {
  // Headers of the first layout have no checksums: see `writeBools`.
  const file = new h5wasm.File(part, 'a', { libver: ['earliest', 'latest'] });
  try {
    use(file);
  } finally {
    file.close();
  }
}

function groupAt(file: File, path: string): Group {
  const node = file.get(path);
  if (!(node instanceof h5wasm.Group)) throw new Error(`There is no group ${path}.`);
  return node;
}

function writeColumns(file: File, { frame: path, columns, order }: NewColumns, renamed: Edit['renamed']): void {
  const frame = groupAt(file, path);
  for (const [name, column] of columns) writeColumn(frame, name, column);
  const named = order.map((name) => renamed.get(`${path}/${name}`) ?? name);
  const all = [...new Set([...named, ...columns.keys()])];
  if (Object.hasOwn(frame.attrs, 'column-order')) frame.delete_attribute('column-order');
  frame.create_attribute('column-order', all, [all.length], 'S');
}

function writeColumn(frame: Group, name: string, column: NewColumn): void {
  if (column.kind !== 'categorical') {
    writeList(frame, name, column);
    return;
  }
  const group = encode(frame.create_group(name), 'categorical', '0.2.0');
  group.create_attribute('ordered', new Map([[BOOL, Int8Array.of(column.isOrdered ? 1 : 0)]]), [], [[BOOL, '<b']]);
  writeList(group, 'categories', { kind: 'strings', values: column.categories });
  const codes = narrowest(column.codes, column.categories.length);
  encode(group.create_dataset({ name: 'codes', data: codes, ...packed(codes.length) }), 'array', '0.2.0');
}

function writeList(parent: Group, name: string, column: Exclude<NewColumn, { kind: 'categorical' }>): void {
  const { kind, values } = column;
  const shape = [values.length];
  if (kind === 'strings') {
    const dataset = { name, data: [...values], shape, dtype: 'S', ...packed(values.length) };
    encode(parent.create_dataset(dataset), 'string-array', '0.2.0');
  } else if (kind === 'bools') {
    const data = new Map([[BOOL, Int8Array.from(values)]]);
    encode(parent.create_dataset({ name, data, shape, dtype: [[BOOL, '<b']] }), 'array', '0.2.0');
  } else {
    encode(parent.create_dataset({ name, data: values, shape, ...packed(values.length) }), 'array', '0.2.0');
  }
}

function writeUns(file: File, key: string, value: string | readonly string[]): void {
  const uns = file.keys().includes('uns') ? groupAt(file, '/uns') : encode(file.create_group('uns'), 'dict', '0.1.0');
  if (typeof value !== 'string') writeList(uns, key, { kind: 'strings', values: value });
  else encode(uns.create_dataset({ name: key, data: value, shape: [], dtype: 'S' }), 'string', '0.2.0');
}

const narrowest = (codes: Int32Array, categories: number): Int8Array | Int16Array | Int32Array =>
  categories < 128 ? Int8Array.from(codes) : categories < 32_768 ? Int16Array.from(codes) : codes;

const packed = (rows: number) =>
  rows > CHUNK ? { chunks: [CHUNK], compression: 'gzip' as const, compression_opts: 4 } : {};

function encode<Node extends Pick<Group, 'create_attribute'>>(node: Node, type: string, version: string): Node {
  node.create_attribute('encoding-type', type);
  node.create_attribute('encoding-version', version);
  return node;
}
