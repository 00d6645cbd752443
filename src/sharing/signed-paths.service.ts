/** Who may read a private file by its address alone? Whom it was made for, as long as they may, asked again at each range. */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../clock.js';
import { CONFIG, type Config } from '../config.js';
import { FileNotFound } from '../files/files.errors.js';
import { FilesService } from '../files/files.service.js';
import { folderDepth, isSigned, readSigned, type Signed, sign } from '../files/signed-paths.js';
import { CredentialsService } from '../identity/credentials.service.js';
import type { User, Visit } from '../identity/user.js';
import { relationTo } from '../permissions.js';
import type { Submission } from '../submissions/submission.entity.js';
import { SubmissionNotFound } from '../submissions/submission.errors.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { SignedPathExpired, SignedPathNotFound } from './sharing.errors.js';
import { sharingKey } from './sharing-key.js';
import { VisitsService } from './visits.service.js';

export interface ReadFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  /** Of the visitor who reads it; null: a person does. */
  readonly visit: Visit | null;
}

@Injectable()
export class SignedPathsService {
  constructor(
    private readonly db: DataSource,
    private readonly files: FilesService,
    private readonly submissions: SubmissionsService,
    private readonly visits: VisitsService,
    private readonly credentials: CredentialsService,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @returns the signed part, and what the address goes on with: the name of the file, or of the folder */
  async sign(submissionId: string, fileId: string, ofFolder: boolean, user: User) {
    await this.submissions.getFor(submissionId, user);
    const { path, sha256 } = await this.files.get(submissionId, fileId);
    const depth = ofFolder ? folderDepth(path) : 0;
    if (ofFolder && depth === 0) throw new FileNotFound(fileId);
    const until = Math.floor((this.clock.now().getTime() + this.config.SIGNED_PATH_LIFETIME) / 1_000);
    const { visit } = user;
    const audience = visit ? 'link' : 'person';
    const epoch = visit ? await this.visits.epochOf(visit) : 0;
    const what: Signed = { submissionId, fileId, depth, audience, audienceId: user.id, epoch, until };
    const steps = path.split('/');
    return {
      signed: sign(what, sha256, await sharingKey(this.db)),
      name: (depth > 0 ? steps[depth - 1] : steps.at(-1)) ?? '',
      expiresAt: new Date(until * 1_000),
    };
  }

  /**
   * @param rest what follows the signed part: the name of the file, or of the folder and what is asked for below it
   * @throws SignedPathNotFound, SignedPathExpired
   */
  async read(signed: string, rest: string): Promise<ReadFile> {
    const what = readSigned(signed);
    const [file] = what ? await this.rows(what.submissionId, 'id', what.fileId) : [];
    if (!what || !file || !isSigned(signed, what, file.sha256, await sharingKey(this.db)))
      throw new SignedPathNotFound();
    if (what.until * 1_000 <= this.clock.now().getTime()) throw new SignedPathExpired('time');
    const visit = await this.mustMayRead(what);
    if (what.depth === 0) return { ...file, visit };

    const folder = file.path.split('/').slice(0, what.depth);
    const [member] = await this.rows(what.submissionId, 'path', [...folder, ...rest.split('/').slice(1)].join('/'));
    if (!member) throw new SignedPathNotFound();
    return { ...member, visit };
  }

  private async mustMayRead(what: Signed): Promise<Visit | null> {
    const submission = await this.submissions.get(what.submissionId).catch(goneOnly);
    const visit = what.audience === 'link' ? await this.visits.stillGood(what.audienceId, what.epoch) : null;
    const user = visit
      ? { id: visit.linkId, name: visit.pseudonym, roles: [], scopes: null, visit }
      : await this.personOf(what);
    if (!submission || !user || !mayRead(user, submission)) throw new SignedPathExpired('access');
    return visit;
  }

  private async personOf({ audience, audienceId }: Signed): Promise<User | null> {
    return audience === 'person' ? this.credentials.personOf(audienceId) : null;
  }

  private async rows(submissionId: string, by: 'id' | 'path', value: string): Promise<Omit<ReadFile, 'visit'>[]> {
    return this.db.query(
      `SELECT path, size::float8 AS size, sha256 FROM submission_file WHERE "submissionId" = $1 AND ${by} = $2`,
      [submissionId, value],
    );
  }
}

const mayRead = (user: User, submission: Submission): boolean =>
  relationTo(user, submission) !== null && (user.visit?.may.includes('download') ?? true);

/** A database that is away takes nobody's right: it says so, and the viewer asks again. */
function goneOnly(error: unknown): null {
  if (error instanceof SubmissionNotFound) return null;
  throw error;
}
