/** Private files for viewers: at addresses that need no header, of which ranges are read from any page. */
import {
  Body,
  Controller,
  createParamDecorator,
  type ExecutionContext,
  Get,
  Head,
  Inject,
  Options,
  Param,
  Post,
  Req,
  Res,
} from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { nameFrom } from '../files/names.js';
import { OBJECT_STORE, type ObjectStore, objectKey } from '../files/object-store.js';
import { serve } from '../files/serve.js';
import { CurrentUser, type User } from '../identity/user.js';
import { Returns, ReturnsBytes } from '../platform/returns.js';
import { withhold, withholdingOf } from '../platform/withholding.js';
import { Anonymity } from './anonymity.service.js';
import { SignedPathsService } from './signed-paths.service.js';

const Id = z.uuid();

const NewSignedPath = z
  .strictObject({
    folder: z
      .boolean()
      .default(false)
      .meta({ description: 'Open the whole OME-Zarr that the file belongs to, or else its folder.' }),
  })
  .prefault({})
  .meta({ id: 'NewSignedPath' });
type NewSignedPath = z.infer<typeof NewSignedPath>;

const SignedPathView = z
  .object({
    path: z
      .string()
      .meta({ description: 'On this server. Of a folder it ends with a slash: ask for what lies below.' }),
    expiresAt: z.date(),
  })
  .meta({ id: 'SignedPath' });
type SignedPathView = z.infer<typeof SignedPathView>;

/** All that follows in the address. */
const Rest = createParamDecorator(
  (_: unknown, context: ExecutionContext): string =>
    context.switchToHttp().getRequest<FastifyRequest<{ Params: { '*': string } }>>().params['*'],
  [
    (target, method) => {
      const property = method && Object.getOwnPropertyDescriptor(target, method);
      const path = {
        name: 'path',
        type: String,
        description: 'As it was given, and below a folder its files.',
        example: 'a.mrc',
      };
      if (property) ApiParam(path)(target, method, property);
    },
  ],
);

/** A viewer is a page of somebody else, and sends no cookie; nothing that it reads is to be found again by a search. */
const FOR_VIEWERS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'accept-ranges, content-length, content-range, etag',
  'cross-origin-resource-policy': 'cross-origin',
  'cache-control': 'private, no-cache',
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow',
} as const;

@ApiTags('sharing')
@Controller('submissions/:id/files/:fileId')
export class SigningController {
  constructor(private readonly paths: SignedPathsService) {}

  @Post('signed-path')
  @ApiOperation({ summary: 'Get an address of a file that needs no header, for an hour' })
  @Returns(201, SignedPathView)
  async sign(
    @Param('id', { schema: Id }) id: string,
    @Param('fileId', { schema: Id }) fileId: string,
    @Body({ schema: NewSignedPath }) { folder }: NewSignedPath,
    @CurrentUser() user: User,
    @Req() request: FastifyRequest,
  ): Promise<SignedPathView> {
    const { signed, name, expiresAt } = await this.paths.sign(id, fileId, folder, user);
    const shown = withholdingOf(request)?.text(`/${name}`).slice(1) ?? name;
    return { path: `/api/v1/cap/${signed}/${encodeURIComponent(shown)}${folder ? '/' : ''}`, expiresAt };
  }
}

@ApiTags('sharing')
@Controller('cap')
export class SignedPathsController {
  constructor(
    private readonly paths: SignedPathsService,
    private readonly anonymity: Anonymity,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
  ) {}

  @Options(':signed/*')
  @ApiOperation({ summary: 'Whether a page may ask for ranges: any may' })
  @Returns(204)
  allow(@Param('signed') _: string, @Rest() __: string, @Res({ passthrough: true }) reply: FastifyReply): void {
    void reply.headers({
      ...FOR_VIEWERS,
      'access-control-allow-methods': 'GET, HEAD, OPTIONS',
      'access-control-allow-headers': 'range, if-range, if-none-match',
      'access-control-max-age': '600',
    });
  }

  @Head(':signed/*')
  @ReturnsBytes()
  async describe(@Param('signed') signed: string, @Rest() rest: string, @Res() reply: FastifyReply): Promise<void> {
    await this.read(signed, rest, reply);
  }

  @Get(':signed/*')
  @ApiOperation({ summary: 'The bytes of a private file, or one range of them' })
  @ReturnsBytes()
  async read(@Param('signed') signed: string, @Rest() rest: string, @Res() reply: FastifyReply): Promise<void> {
    void reply.headers(FOR_VIEWERS);
    const { path, size, sha256, visit } = await this.paths.read(signed, rest);
    if (visit?.isAnonymised) withhold(reply.request, await this.anonymity.redactorOf(visit.accession));
    await serve(reply, this.store, { key: objectKey(sha256), size, sha256, name: nameFrom(path) ?? 'file' });
  }
}
