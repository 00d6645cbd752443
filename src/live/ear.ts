/** How does a process hear what the others have committed? PostgreSQL calls, on one connection for all who listen. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Client } from 'pg';
import { CONFIG, type Config } from '../config.js';

/** `said` is null after a time in which calls may have been missed: anything may have happened. */
export type Heard = (said: string | null) => void;

const AGAIN_MS = 500;

@Injectable()
export class Ear implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(Ear.name);
  private readonly channels = new Map<string, Heard[]>();
  private client: Client | null = null;
  private ended = false;

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /** Before the application is up: in a constructor, or `onModuleInit`. */
  on(channel: string, heard: Heard): void {
    this.channels.set(channel, [...(this.channels.get(channel) ?? []), heard]);
  }

  onApplicationBootstrap(): void {
    void this.listen();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.ended = true;
    await this.client?.end().catch(() => {}); // it may have ended by itself
  }

  /** A connection that breaks is made anew, for as long as the process lives. */
  private async listen(): Promise<void> {
    while (!this.ended) {
      const client = new Client({
        connectionString: this.config.DATABASE_URL,
        keepAlive: true,
        application_name: 'accession-ear',
      });
      this.client = client;
      try {
        await this.untilDeaf(client);
      } catch (error) {
        if (!this.ended) this.log.warn(error instanceof Error ? error.message : error);
      }
      await client.end().catch(() => {}); // it may never have begun
      if (!this.ended) await sleep(AGAIN_MS);
    }
  }

  private async untilDeaf(client: Client): Promise<void> {
    const deaf = new Promise<void>((settle) => {
      client.once('error', () => settle());
      client.once('end', () => settle());
    });
    client.on('error', () => {}); // the first one has told
    client.on('notification', ({ channel, payload = '' }) => this.tell(channel, payload));
    await client.connect();
    for (const channel of this.channels.keys()) await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
    for (const channel of this.channels.keys()) this.tell(channel, null);
    await deaf;
  }

  private tell(channel: string, said: string | null): void {
    for (const heard of this.channels.get(channel) ?? []) heard(said);
  }
}
