/** Which groups and arrays are in a store? Known by their metadata, each parsed once. */
import { asRecord, type Json, MOST_JSON_BYTES, readJson } from './zarr-json.js';
import { KeyFault, type ZarrTree } from './zarr-tree.js';

export interface Node {
  /** Key of its folder: '' is the root. */
  readonly path: string;
  readonly version: 2 | 3;
  readonly kind: 'group' | 'array';
  /** Key of its metadata. */
  readonly key: string;
  /** Undefined where it could not be parsed. */
  readonly json: Json | undefined;
  /** What others than zarr have written there, and where it is: `zarr.json#/attributes`. */
  readonly attributes: { readonly [name: string]: Json };
  readonly attributesAt: string;
}

export interface Store {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly broken: readonly { readonly rule: 'json' | KeyFault['rule']; readonly key: string; readonly why: string }[];
  /** Folders of which zarr v2 and v3 both have metadata, or stores that have both. */
  readonly mixed: readonly string[];
  /** Keys below each array, without its own path; metadata of the array itself left out. */
  readonly below: ReadonlyMap<string, readonly string[]>;
  /** Keys that belong to no array, and are no metadata. */
  readonly loose: readonly string[];
}

export const METADATA = ['.zgroup', '.zarray', '.zattrs', '.zmetadata', 'zarr.json'];
/** An image has a few levels: metadata of more nodes than these are not parsed. */
const MOST_NODES = 1000;
/** What all metadata may take together: parsed, a list of empty lists takes twenty times its bytes. */
const MOST_BYTES = 2 * MOST_JSON_BYTES;

export async function readStore(tree: ZarrTree): Promise<Store> {
  const folders = new Map<string, Set<string>>();
  for (const key of tree.sizes.keys()) {
    const [folder, name] = split(key);
    if (METADATA.includes(name)) folders.set(folder, (folders.get(folder) ?? new Set()).add(name));
  }
  const broken: Store['broken'][number][] = [];
  let bytes = 0;
  const parse = async (key: string): Promise<Json | undefined> => {
    bytes += tree.sizes.get(key) ?? 0;
    if (bytes > MOST_BYTES) {
      broken.push({ rule: 'json', key, why: `with the metadata before, it takes more than ${MOST_BYTES >> 20} MiB` });
      return undefined;
    }
    const parsed = await readJson(tree, key).catch((error: unknown) => {
      if (error instanceof KeyFault) return error;
      throw error;
    });
    if ('json' in parsed) return parsed.json;
    broken.push({ rule: parsed instanceof KeyFault ? parsed.rule : 'json', key, why: parsed.why });
    return undefined;
  };

  const nodes = new Map<string, Node>();
  const shallow = [...folders].sort(([a], [b]) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1));
  for (const [path, names] of shallow.slice(0, MOST_NODES)) {
    const node = names.has('zarr.json') ? await nodeV3(path, parse) : await nodeV2(path, names, parse);
    if (names.has('.zmetadata')) await parse(join(path, '.zmetadata'));
    nodes.set(path, node);
  }
  const isOld = (names: ReadonlySet<string>) => ['.zgroup', '.zarray'].some((name) => names.has(name));
  const both = shallow.filter(([, names]) => names.has('zarr.json') && isOld(names)).map(([path]) => path);
  const old = shallow.filter(([, names]) => isOld(names)).map(([path]) => path);
  const isMixed = old.length > 0 && shallow.some(([, names]) => names.has('zarr.json'));
  return { nodes, broken, mixed: both.length > 0 ? both : isMixed ? old : [], ...owned(tree, nodes) };
}

type Parse = (key: string) => Promise<Json | undefined>;

async function nodeV2(path: string, names: ReadonlySet<string>, parse: Parse): Promise<Node> {
  const kind = names.has('.zarray') ? 'array' : 'group';
  const key = join(path, kind === 'array' ? '.zarray' : '.zgroup');
  const json = names.has('.zarray') || names.has('.zgroup') ? await parse(key) : undefined;
  const attributesAt = join(path, '.zattrs');
  const attributes = names.has('.zattrs') ? asRecord(await parse(attributesAt)) : null;
  return { path, version: 2, kind, key, json, attributes: attributes ?? {}, attributesAt: `${attributesAt}#` };
}

async function nodeV3(path: string, parse: Parse): Promise<Node> {
  const key = join(path, 'zarr.json');
  const json = await parse(key);
  const root = asRecord(json);
  const kind = root?.node_type === 'array' ? 'array' : 'group';
  const attributes = asRecord(root?.attributes) ?? {};
  return { path, version: 3, kind, key, json, attributes, attributesAt: `${key}#/attributes` };
}

/** Which keys belong to which array: to the uppermost, where one lies in another. */
function owned(tree: ZarrTree, nodes: ReadonlyMap<string, Node>): Pick<Store, 'below' | 'loose'> {
  const below = new Map<string, string[]>();
  const loose: string[] = [];
  for (const node of nodes.values()) if (node.kind === 'array') below.set(node.path, []);
  // In the same order wherever the folder lies.
  for (const key of [...tree.sizes.keys()].sort()) {
    const [folder, name] = split(key);
    const owner = ownerOf(folder, below);
    const isMetadata = METADATA.includes(name);
    if (owner === null) {
      if (!isMetadata) loose.push(key);
    } else if (!isMetadata || folder !== owner)
      below.get(owner)?.push(owner === '' ? key : key.slice(owner.length + 1));
  }
  return { below, loose };
}

function ownerOf(folder: string, arrays: ReadonlyMap<string, unknown>): string | null {
  if (arrays.has('')) return '';
  for (let end = folder.indexOf('/'); end >= 0; end = folder.indexOf('/', end + 1))
    if (arrays.has(folder.slice(0, end))) return folder.slice(0, end);
  return arrays.has(folder) ? folder : null;
}

function split(key: string): readonly [folder: string, name: string] {
  const at = key.lastIndexOf('/');
  return [key.slice(0, Math.max(0, at)), key.slice(at + 1)];
}

export const join = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);
