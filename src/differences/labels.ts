/** What is a field called, that a JSON pointer leads to? By the titles of its profile's form. Pure. */
import { formOf, type Profile } from '../../checks/profiles/profile.js';

type Node = Readonly<Record<string, unknown>>;

/** A form is drawn once. */
const forms = new WeakMap<Profile, Node>();

/** @param pointer into `{title, metadata}`: `/metadata/authors/0/name` is "Authors › Name" */
export function labelOf(profile: Profile, pointer: string): string {
  const [top = '', ...steps] = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (top !== 'metadata') return 'Title';
  const form = forms.get(profile) ?? (formOf(profile) as Node);
  forms.set(profile, form);
  return labelsFrom(form, steps, form).join(' › ') || 'Metadata';
}

function labelsFrom(node: Node, [step, ...rest]: readonly string[], form: Node): string[] {
  if (step === undefined) return [];
  const [inner, label] = below(node, step, form);
  return [...label, ...labelsFrom(inner, rest, form)];
}

/** A place in a list has no name; a member that the form does not know has its own. */
function below(node: Node, step: string, form: Node): [inner: Node, label: string[]] {
  for (const shape of shapesOf(node, form)) {
    const properties = objectAt(shape, 'properties');
    const property = properties && Object.hasOwn(properties, step) ? objectAt(properties, step) : null;
    if (property) return [property, [titleOf(property, form) ?? step]];
    const items = objectAt(shape, 'items');
    if (items && /^\d+$/.test(step)) return [items, []];
    const others = objectAt(shape, 'additionalProperties');
    if (others) return [others, [step]];
  }
  return [{}, /^\d+$/.test(step) ? [] : [step]];
}

/** Itself, what it refers to, and what it may be one of. */
function* shapesOf(node: Node, form: Node): Iterable<Node> {
  yield node;
  if (typeof node.$ref === 'string') {
    const definition = objectAt(objectAt(form, '$defs') ?? {}, node.$ref.replace('#/$defs/', ''));
    if (definition) yield* shapesOf(definition, form);
  }
  for (const choice of ['anyOf', 'oneOf', 'allOf'])
    for (const shape of Array.isArray(node[choice]) ? node[choice] : []) yield* shapesOf(shape, form);
}

function titleOf(node: Node, form: Node): string | null {
  for (const { title } of shapesOf(node, form)) if (typeof title === 'string') return title;
  return null;
}

function objectAt(node: Node, name: string): Node | null {
  const value = Object.hasOwn(node, name) ? node[name] : null;
  return typeof value === 'object' && value !== null ? (value as Node) : null;
}
