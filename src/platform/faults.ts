/** Which failures pass by themselves? What we stand on is away, or two transactions met: 503, and another try is worth it. */
import { DomainError } from './domain-error.js';

/** Connection failures, a server that is full or shuts down, conflicts between transactions, locks and statements that took too long. */
const SQLSTATE = /^(?:08...|53...|57P..|40001|40P01|55P03|57014)$/;
const SYSTEM = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH']);
/** What node-postgres says without a code. */
const WORDS =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after)/;

export class Unavailable extends DomainError {
  readonly code = 'unavailable';
  readonly kind = 'unavailable';

  constructor(cause?: unknown) {
    super('The service cannot answer right now. Try again; with an `Idempotency-Key` nothing happens twice.', {
      cause,
    });
  }
}

export function passesByItself(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, driverError, cause } = error as Error & { code?: unknown; driverError?: unknown };
  if (typeof code === 'string' && (SQLSTATE.test(code) || SYSTEM.has(code))) return true;
  if (WORDS.test(error.message)) return true;
  if (error instanceof AggregateError) return error.errors.some(passesByItself);
  return passesByItself(driverError) || passesByItself(cause);
}
