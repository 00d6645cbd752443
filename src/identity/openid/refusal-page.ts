/** What does a browser show when it comes back from a provider and is refused? The sentence, and the way on. */
import { DomainError } from '../../platform/domain-error.js';
import { answerTo } from '../../platform/problem.js';

interface Page {
  readonly status: number;
  readonly html: string;
}

/** Null: it is no expected refusal, or whoever asks is no browser. */
export function refusalPage(
  error: unknown,
  { accept, base, instance }: { accept: string | undefined; base: string; instance: string },
): Page | null {
  if (!(error instanceof DomainError) || !accept?.includes('text/html')) return null;
  const { problem } = answerTo(error, { base, instance });
  const signIn = `${base}/login?problem=${problem.code}`;
  const html = [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<meta name="viewport" content="width=device-width"><title>${escaped(problem.title)}</title></head><body><main>`,
    `<h1>${escaped(problem.title)}</h1><p>${escaped(problem.detail ?? '')}</p>`,
    `<p><a href="${escaped(signIn)}">Back to the sign-in</a> · <a href="${escaped(problem.type)}">What this means</a></p>`,
    '</main></body></html>',
  ].join('\n');
  return { status: problem.status, html };
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
