/** With what does an endpoint sign? With a secret that its receiver has too; it is kept sealed, since a hash cannot sign. */
import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CONFIG, type Config } from '../config.js';
import { open, seal } from '../platform/seal.js';

/** The settings have no key any more that it was sealed with. */
export class SealedByAnother extends Error {
  constructor() {
    super('Its secret was sealed with a key that WEBHOOK_KEY no longer has. Bring the key back, or rotate the secret.');
  }
}

@Injectable()
export class WebhookSecrets {
  private readonly given: readonly string[];
  private kept: Promise<string> | null = null;

  constructor(
    private readonly db: DataSource,
    @Inject(CONFIG) { WEBHOOK_KEY }: Config,
  ) {
    this.given = WEBHOOK_KEY;
  }

  make(): string {
    return `whsec_${randomBytes(32).toString('base64')}`;
  }

  /** What is sealed for one endpoint opens for no other. */
  async seal(secret: string, endpointId: string): Promise<string> {
    const key = this.given[0] ?? (await this.keyOfTheDatabase());
    return `${nameOf(key)}.${seal(secret, bound(key, endpointId))}`;
  }

  /** @throws SealedByAnother */
  async open(sealed: string, endpointId: string): Promise<string> {
    const [name = '', text = ''] = sealed.split('.');
    const key =
      this.given.find((each) => nameOf(each) === name) ??
      [await this.keyOfTheDatabase()].find((each) => nameOf(each) === name);
    if (!key) throw new SealedByAnother();
    return open(text, bound(key, endpointId));
  }

  /** Made with the table, for where the settings have none: it keeps secrets out of what shows the table of endpoints, and no more. */
  private keyOfTheDatabase(): Promise<string> {
    this.kept ??= this.readKey().catch((error: unknown) => {
      this.kept = null;
      throw error;
    });
    return this.kept;
  }

  private async readKey(): Promise<string> {
    const [{ key }] = await this.db.query('SELECT key FROM webhook_key');
    return key;
  }
}

const bound = (key: string, endpointId: string): string => `webhook ${endpointId} ${key}`;
const nameOf = (key: string): string => createHash('sha256').update(`webhook ${key}`).digest('hex').slice(0, 8);
