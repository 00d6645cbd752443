/**
 * How do bytes come in? By tus 1.0.0 at `/api/v1/uploads`, in Fastify's routes and not in Nest's: the server of tus takes
 * the request as it comes off the wire. Who asks is found out before, and what is refused is told as everywhere else.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Upload as Incoming, Server } from '@tus/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CONFIG, type Config, publicUrl } from '../config.js';
import { Authenticator } from '../identity/authenticate.js';
import type { User } from '../identity/user.js';
import { RateLimits } from '../limits/rate-limits.service.js';
import { ROUTES } from '../permissions.js';
import { answerTo, type ProblemAnswer } from '../platform/problem.js';
import { sendProblem } from '../platform/problem-filter.js';
import { FileIntake } from './file-intake.service.js';
import { UploadNotFound } from './files.errors.js';
import { Spool } from './spool.js';
import { fromStatus, inOurWords } from './tus-problems.js';
import { TusStore } from './tus-store.js';
import { UploadLocks } from './upload-locks.js';
import { announced } from './upload-metadata.js';
import { UploadsService } from './uploads.service.js';

const PATH = '/api/v1/uploads';

/** How long bytes that are on their way may still be taken, when somebody else wants to write. */
const DRAIN_MS = 1_000;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What is known of the request that tus works on. */
interface Current {
  readonly user: User | null;
  readonly instance: string;
  refusal?: ProblemAnswer;
}
const current = new AsyncLocalStorage<Current>();

/** Before the application listens. */
export function registerUploads(app: NestFastifyApplication): void {
  const config: Config = app.get(CONFIG);
  const uploads = app.get(UploadsService);
  const server = new TusServer(config, uploads, app.get(Spool), app.get(FileIntake), app.get(UploadLocks));
  const authenticator = app.get(Authenticator);
  const limits = app.get(RateLimits);

  const handle = async (request: FastifyRequest, reply: FastifyReply) => {
    const user = await admitted(request, authenticator, uploads);
    await limits.admitted(request, reply, user);
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders())) if (value) reply.raw.setHeader(name, value);
    await current.run({ user, instance: request.id }, () => server.handle(request.raw, reply.raw));
  };
  const refuse = (error: unknown, { id }: FastifyRequest, reply: FastifyReply) => {
    if (reply.raw.headersSent) return void reply.raw.destroy();
    sendProblem(reply.header('connection', 'close'), answerTo(error, { base: publicUrl(config), instance: id }));
  };

  const fastify = app.getHttpAdapter().getInstance();
  void fastify.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _bytes, parsed) => parsed(null));
    scope.setErrorHandler(refuse);
    scope.route({ method: ['OPTIONS', 'POST'], url: PATH, handler: handle });
    scope.route({ method: ['HEAD', 'PATCH', 'DELETE'], url: `${PATH}/:id`, handler: handle });
    done();
  });
}

/** The caller, who may do this, and to their own uploads only. */
async function admitted(
  request: FastifyRequest,
  authenticator: Authenticator,
  uploads: UploadsService,
): Promise<User | null> {
  const { method } = request;
  if (method === 'OPTIONS') return null;
  const { id } = request.params as { readonly id?: string };
  const access = ROUTES[`${method} /uploads${id === undefined ? '' : '/{id}'}`];
  if (!access) throw new Error(`The table of permissions does not know ${method} of uploads.`);

  const user = await authenticator.admit(request, access);
  Object.assign(request, { user }); // for the log, as the guard does
  if (id === undefined) return user;
  if (!UUID.test(id)) throw new UploadNotFound(id);
  await uploads.getFor(id, user);
  return user;
}

class TusServer extends Server {
  private readonly log = new Logger('uploads');

  constructor(
    private readonly config: Config,
    uploads: UploadsService,
    spool: Spool,
    intake: FileIntake,
    locker: UploadLocks,
  ) {
    super({
      path: PATH,
      relativeLocation: true,
      maxSize: config.MAX_FILE_BYTES,
      allowedOrigins: () => false,
      lockDrainTimeout: DRAIN_MS,
      locker,
      datastore: new TusStore(uploads, spool, intake, config.UPLOAD_EXPIRE, caller),
      namingFunction: () => randomUUID(),
      onUploadCreate: async (_, { id, size = 0, metadata }) => {
        const { submission, path, sha256 } = announced(metadata);
        await uploads.begin(submission, caller(), { id, path, size, sha256 });
        return {};
      },
      onUploadFinish: async (_, { id, size = 0 }: Incoming) => {
        await intake.ended(id, size);
        return {};
      },
      onResponseError: (_, error) => this.refused(error),
    });
  }

  /** Every answer that refuses passes here; the others do not. */
  override async write(context: Parameters<Server['write']>[0], headers: Headers, status: number, said = '') {
    if (status < 400) return super.write(context, headers, status, said);
    const { problem, headers: more } = current.getStore()?.refusal ?? this.answerTo(fromStatus(status, said));
    headers.set('content-type', 'application/problem+json');
    for (const [name, value] of Object.entries(more)) headers.set(name, value);
    return super.write(context, headers, problem.status, JSON.stringify(problem));
  }

  private refused(error: unknown): { status_code: number; body: string } {
    const refusal = this.answerTo(inOurWords(error, this.config.MAX_FILE_BYTES));
    const store = current.getStore();
    if (store) store.refusal = refusal;
    if (refusal.problem.status === 500) this.log.error(error);
    if (refusal.problem.status === 503) this.log.warn(error);
    return { status_code: refusal.problem.status, body: '' };
  }

  private answerTo(error: unknown): ProblemAnswer {
    return answerTo(error, { base: publicUrl(this.config), instance: current.getStore()?.instance ?? '' });
  }
}

function caller(): User {
  const user = current.getStore()?.user;
  if (!user) throw new Error('An upload without a caller: the route must find out who asks.');
  return user;
}
