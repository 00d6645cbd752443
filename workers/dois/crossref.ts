/** What does Crossref know of a DOI? Its answer, read with care: it is somebody else's, and may be anything. */
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { CONFIG, type Config } from '../../src/config.js';
import type { Found } from '../../src/dois/dois.service.js';
import type { Publication } from '../../src/dois/publication.js';
import { stoppingWithin } from '../../src/platform/stopping-within.js';
import { fromJson, Line } from '../lookups/answers.js';
import { PacedCalls } from '../paced-calls.js';

const MAX_AUTHORS = 100;

/** Crossref could not be asked, or has answered what makes no sense: of the DOI that says nothing. */
export class CrossrefFailed extends Error {}

const FirstLine = z
  .array(Line)
  .transform(([first]) => first || null)
  .nullish()
  .catch(null);

const DateParts = z
  .object({ 'date-parts': z.tuple([z.tuple([z.int()]).rest(z.int().nullish())]).rest(z.unknown()) })
  .transform(({ 'date-parts': [[year, month, day]] }) => ({ year, month: month ?? null, day: day ?? null }))
  .nullish()
  .catch(null);

const Author = z.union([
  z
    .object({ family: Line, given: Line.nullish() })
    .transform(({ family, given }) => ({ family, given: given ?? null })),
  z.object({ name: Line }),
]);

const Work = z.object({
  message: z.object({
    title: FirstLine,
    'container-title': FirstLine,
    'short-container-title': FirstLine,
    institution: z
      .array(z.object({ name: Line }))
      .nullish()
      .catch(null),
    author: z.array(z.unknown()).nullish().catch(null),
    published: DateParts,
    'published-print': DateParts,
    'published-online': DateParts,
    posted: DateParts,
    issued: DateParts,
    type: z.string().nullish().catch(null),
    subtype: z.string().nullish().catch(null),
    relation: z
      .object({ 'is-preprint-of': z.array(z.object({ id: z.string(), 'id-type': z.string() })).nullish() })
      .nullish()
      .catch(null),
  }),
});
type Message = z.output<typeof Work>['message'];

@Injectable()
export class Crossref {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly calls: PacedCalls,
  ) {}

  /** @throws CrossrefFailed where it cannot be said; all of it together takes no longer than `CROSSREF_TIMEOUT` */
  async find(doi: string, stopping: AbortSignal): Promise<Found> {
    const signal = stoppingWithin(this.config.CROSSREF_TIMEOUT, stopping);
    const work = await this.work(doi, signal);
    if (work === null) return { state: 'not_found' };
    const publication = publicationOf(work);
    const later = publication.isPreprint ? publishedDoi(work) : null;
    if (later === null || later.toLowerCase() === doi.toLowerCase())
      return { state: 'found', publication, publishedAs: null };

    // That the preprint was published is known all the same where no more can be learnt.
    const told = await this.work(later, signal).catch(() => null);
    return { state: 'found', publication, publishedAs: { doi: later, publication: told && publicationOf(told) } };
  }

  /** Null: Crossref knows none; another agency may. @throws CrossrefFailed */
  async publication(doi: string, stopping: AbortSignal): Promise<Publication | null> {
    const work = await this.work(doi, stopping);
    return work && publicationOf(work);
  }

  /** Null: there is no such DOI. */
  private async work(doi: string, signal: AbortSignal): Promise<Message | null> {
    const { CROSSREF_URL, CROSSREF_MAILTO, CROSSREF_TIMEOUT: timeout, CROSSREF_EVERY: gap } = this.config;
    if (CROSSREF_URL === 'off') throw new CrossrefFailed('Looking DOIs up is switched off.');
    const url = new URL(`${CROSSREF_URL}/works/${encodeURIComponent(doi)}`);
    if (CROSSREF_MAILTO) url.searchParams.set('mailto', CROSSREF_MAILTO);
    const { status, text } = await this.calls.ask(url, { gap, timeout, signal }).catch((cause: Error) => {
      throw new CrossrefFailed(`Crossref cannot be asked: ${cause.message}`, { cause });
    });
    if (status === 404) return null;
    if (status !== 200) throw new CrossrefFailed(`Crossref has answered with the status ${status}.`);
    const parsed = Work.safeParse(fromJson(text));
    if (!parsed.success) throw new CrossrefFailed('Crossref has answered what is not the description of a work.');
    return parsed.data.message;
  }
}

function publicationOf(work: Message): Publication {
  const authors = (work.author ?? []).flatMap((author) => Author.safeParse(author).data ?? []);
  return {
    title: work.title ?? null,
    authors: authors.slice(0, MAX_AUTHORS),
    authorCount: authors.length,
    published:
      work.published ?? work['published-print'] ?? work['published-online'] ?? work.posted ?? work.issued ?? null,
    journal: work['short-container-title'] ?? work['container-title'] ?? work.institution?.[0]?.name ?? null,
    isPreprint: work.subtype === 'preprint',
  };
}

/** What a preprint was published as. */
function publishedDoi({ relation }: Message): string | null {
  const [named] = (relation?.['is-preprint-of'] ?? []).filter((other) => other['id-type'] === 'doi');
  const doi = named?.id.replace(/^https?:\/\/(dx\.)?doi\.org\//i, '');
  return doi !== undefined && /^10\.\d{4,9}\/[^\s\p{Cc}]{1,280}$/u.test(doi) ? doi : null;
}
