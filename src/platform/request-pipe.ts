/** Is what a handler is given acceptable? Its zod schema decides; which part of the request it was decides how that is told. */
import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import type { DomainError } from './domain-error.js';
import { faultsOf, InvalidQuery, InvalidRequest, NoSuchResource, pointerOf } from './invalid-request.js';
import { faultOf as faultOfText } from './json-body.js';

type Faults = ReturnType<typeof faultsOf>;

const REFUSAL: Readonly<Record<string, (faults: Faults, name: string | undefined) => DomainError>> = {
  body: (faults, name) =>
    new InvalidRequest(
      faults.map(({ path, ...fault }) => ({
        pointer: pointerOf(name === undefined ? path : [name, ...path]),
        ...fault,
      })),
    ),
  query: (faults, name) =>
    new InvalidQuery(faults.map(({ path, ...fault }) => ({ parameter: String(name ?? path[0] ?? ''), ...fault }))),
  param: ([fault], name) =>
    new NoSuchResource(String(name ?? fault?.path[0] ?? ''), fault?.expected ?? fault?.detail ?? ''),
};

@Injectable()
export class RequestPipe implements PipeTransform {
  async transform(value: unknown, { schema, type, data }: ArgumentMetadata): Promise<unknown> {
    const refusal = REFUSAL[type];
    if (!schema || !refusal) return value;
    const unusable = type === 'body' ? null : faultOfText(value);
    if (unusable) throw unusable;

    const result = await schema['~standard'].validate(value);
    if (!result.issues) return result.value;
    throw refusal(faultsOf(result.issues, value, schema), data);
  }
}
