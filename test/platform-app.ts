/** What are the conventions proved upon? A small API of its own, with one thing that changes and a database that keeps it. */
import { randomUUID } from 'node:crypto';
import {
  Body,
  type CanActivate,
  Controller,
  Delete,
  type ExecutionContext,
  Get,
  Injectable,
  Module,
  Param,
  Patch,
  Post,
  Query,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { inject } from 'vitest';
import { z } from 'zod';
import { CreateAccession1700000000000 } from '../migrations/1700000000000-create-accession.js';
import { CONFIG, type Config, loadConfig } from '../src/config.js';
import { withHeaders } from '../src/platform/answers.js';
import { DomainError } from '../src/platform/domain-error.js';
import { etagOf, IfMatch, type Precondition } from '../src/platform/etag.js';
import { HttpModule } from '../src/platform/http.module.js';
import { commaList, keyset, pageOf, pageQuery } from '../src/platform/page.js';
import { Returns } from '../src/platform/returns.js';
import { applyConventions, httpAdapter } from '../src/start-http.js';
import { TEMPLATE } from './template-database.js';

const Id = z.uuid();
const Colour = z.enum(['red', 'green']);
const Detail = z.strictObject({ weight: z.number().optional(), label: z.string().optional() });

const NewStone = z
  .strictObject({
    name: z.string().min(3).max(20),
    colour: Colour,
    detail: Detail.default({}),
    password: z.string().min(8).optional(),
  })
  .meta({ id: 'NewStone' });
type NewStone = z.infer<typeof NewStone>;

const StoneView = z
  .object({ id: z.uuid(), seq: z.int(), name: z.string(), colour: Colour, detail: Detail })
  .meta({ id: 'Stone' });
type Stone = z.infer<typeof StoneView> & { readonly secretOfTheHouse: string };

const StonePage = pageOf(StoneView, 'StonePage');
const StoneQuery = pageQuery({ colour: commaList(Colour).optional(), sort: z.enum(['age', 'name']).default('age') });
const BY_AGE = keyset('age', z.tuple([z.int()]));
const BY_NAME = keyset('name', z.tuple([z.string(), z.int()]));

class StoneNotFound extends DomainError {
  readonly code = 'route-not-found';
  readonly kind = 'missing';
}

class Cracked extends DomainError {
  readonly code = 'still-running';
  readonly kind = 'refused';
  readonly pieces = [1, 2, { at: new Date(0) }];
  readonly owner = new Map([['not', 'shown']]);
  readonly status = 'a field of this name does not become the status';

  constructor() {
    super('The stone is cracked.');
  }
}

const tagged = (stone: Stone) => ({ name: stone.name, colour: stone.colour, detail: stone.detail });
const shown = (stone: Stone) => withHeaders({ ...stone }, { etag: etagOf(tagged(stone)) });
const SELECT = 'SELECT id, seq, name, colour, detail, name AS "secretOfTheHouse" FROM stone';

@Controller('stones')
class StonesController {
  constructor(private readonly db: DataSource) {}

  @Post()
  @Returns(201, StoneView)
  async create(@Body({ schema: NewStone }) { name, colour, detail }: NewStone): Promise<Stone> {
    const id = randomUUID();
    await this.db.transaction(async (tx) => {
      await tx.query('INSERT INTO stone (id, name, colour, detail) VALUES ($1, $2, $3, $4)', [
        id,
        name,
        colour,
        detail,
      ]);
    });
    const stone = await this.one(id);
    return withHeaders({ ...stone }, { location: `/api/v1/stones/${id}`, etag: etagOf(tagged(stone)) });
  }

  @Get()
  @Returns(200, StonePage)
  async list(@Query({ schema: StoneQuery }) { limit, cursor, count, colour, sort }: z.infer<typeof StoneQuery>) {
    const total = count ? { total: (await this.db.query('SELECT count(*)::int AS n FROM stone'))[0].n } : {};
    const colours = colour ?? ['red', 'green'];
    if (sort === 'name') {
      const [name, seq] = BY_NAME.read(cursor) ?? ['', 0];
      const rows: Stone[] = await this.db.query(
        `${SELECT} WHERE (name, seq) > ($1, $2) AND colour = ANY ($3) ORDER BY name, seq LIMIT $4`,
        [name, seq, colours, limit + 1],
      );
      return { ...BY_NAME.page(rows, limit, (row) => [row.name, row.seq]), ...total };
    }
    const [seq] = BY_AGE.read(cursor) ?? [0];
    const rows: Stone[] = await this.db.query(`${SELECT} WHERE seq > $1 AND colour = ANY ($2) ORDER BY seq LIMIT $3`, [
      seq,
      colours,
      limit + 1,
    ]);
    return { ...BY_AGE.page(rows, limit, (row) => [row.seq]), ...total };
  }

  @Get(':id')
  @Returns(200, StoneView)
  async read(@Param('id', { schema: Id }) id: string): Promise<Stone> {
    return shown(await this.one(id));
  }

  @Patch(':id')
  @Returns(200, StoneView)
  async edit(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: NewStone.pick({ name: true, detail: true }).partial().meta({ id: 'StoneEdit' }) })
    edit: Partial<NewStone>,
    @IfMatch() expected: Precondition,
  ): Promise<Stone> {
    const before = await this.one(id);
    expected.check(tagged(before));
    const { name = before.name, detail = before.detail } = edit;
    await this.db.query('UPDATE stone SET name = $2, detail = $3 WHERE id = $1', [id, name, detail]);
    return shown(await this.one(id));
  }

  @Delete(':id')
  @Returns(204)
  async remove(@Param('id', { schema: Id }) id: string, @IfMatch() expected: Precondition): Promise<void> {
    expected.check(tagged(await this.one(id)));
    await this.db.query('DELETE FROM stone WHERE id = $1', [id]);
  }

  private async one(id: string): Promise<Stone> {
    const [stone] = await this.db.query(`${SELECT} WHERE id = $1`, [id]);
    if (!stone) throw new StoneNotFound(`There is no stone ${id}.`);
    return stone;
  }
}

/** What goes wrong when it is asked to. */
@Controller('faults')
class FaultsController {
  /** Whether `slow` may go on. */
  static go: Promise<void> = Promise.resolve();

  constructor(private readonly db: DataSource) {}

  @Get('bug')
  @Returns(200, StoneView)
  bug(): never {
    throw new Error('the secret is 42');
  }

  @Get('otherwise')
  @Returns(200, StoneView)
  otherwise() {
    return { id: 'not what it says' };
  }

  @Get('cracked')
  @Returns(200, StoneView)
  cracked(): never {
    throw new Cracked();
  }

  @Get('sql/:state')
  @Returns(200, StoneView)
  async sql(@Param('state', { schema: z.string() }) state: string) {
    await this.db.query(
      `DO $$ BEGIN RAISE EXCEPTION 'on purpose' USING ERRCODE = '${state.replace(/\W/g, '')}'; END $$`,
    );
  }

  /** Two writes, the second of which may fail; `ending` says which. */
  @Post('twice')
  @Returns(201, z.object({ count: z.int() }).meta({ id: 'Count' }))
  async twice(
    @Body({ schema: z.strictObject({ ending: z.enum(['end', 'bug', 'refuse', 'wait', 'clash']) }) })
    { ending }: { readonly ending: string },
  ): Promise<{ count: number }> {
    const insert = (id: string) =>
      this.db.query(`INSERT INTO stone (id, name, colour, detail) VALUES ($1, 'twice', 'red', '{}')`, [id]);
    const id = randomUUID();
    await insert(id);
    if (ending === 'wait') await FaultsController.go;
    if (ending === 'clash') await insert(id).catch(() => {});
    if (ending === 'bug') throw new Error('after the first write');
    if (ending === 'refuse') throw new Cracked();
    await Promise.all([insert(randomUUID()), this.db.transaction((tx) => tx.query('SELECT 1'))]);
    const [{ n }] = await this.db.query(`SELECT count(*)::int AS n FROM stone WHERE name = 'twice'`);
    return { count: n };
  }
}

/** Who is asking says so in a header. */
@Injectable()
class Believer implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest();
    const id = request.headers['x-test-user'];
    if (id) request.user = { id };
    return true;
  }
}

export interface PlatformApp {
  readonly app: NestFastifyApplication;
  readonly db: DataSource;
  readonly config: Config;
  /** Lets `slow` go on. */
  waitFor(go: Promise<void>): void;
  end(): Promise<void>;
}

export async function beginPlatformApp(): Promise<PlatformApp> {
  const postgres = inject('postgresUrl');
  const name = `platform_${randomUUID().replaceAll('-', '')}`;
  const server = await new DataSource({ type: 'postgres', url: postgres }).initialize();
  await server.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  const url = new URL(`/${name}`, postgres).href;
  const config = loadConfig({
    NODE_ENV: 'test',
    DATABASE_URL: url,
    MAX_BODY_BYTES: '50000',
    PUBLIC_URL: 'https://accession.example.org',
  });

  @Module({
    imports: [
      HttpModule,
      TypeOrmModule.forRoot({
        type: 'postgres',
        url,
        migrations: [CreateAccession1700000000000],
        poolErrorHandler: () => {},
      }),
      {
        module: class Settings {},
        global: true,
        providers: [{ provide: CONFIG, useValue: config }],
        exports: [CONFIG],
      },
    ],
    controllers: [StonesController, FaultsController],
    providers: [{ provide: APP_GUARD, useClass: Believer }],
  })
  class StonesModule {}

  const testing = await Test.createTestingModule({ imports: [StonesModule] }).compile();
  const app = testing.createNestApplication<NestFastifyApplication>(httpAdapter(config));
  applyConventions(app);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  const db = app.get(DataSource);
  await db.query(`CREATE TABLE stone (
    id uuid PRIMARY KEY, seq integer GENERATED ALWAYS AS IDENTITY, name text NOT NULL, colour text NOT NULL, detail jsonb NOT NULL
  )`);

  return {
    app,
    db,
    config,
    waitFor: (go) => {
      FaultsController.go = go;
    },
    end: async () => {
      await app.close();
      await server.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await server.destroy();
    },
  };
}
