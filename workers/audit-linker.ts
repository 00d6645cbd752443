/** Who links the entries of the audit trail? Whichever worker comes first, every moment. */
import { Inject, Injectable } from '@nestjs/common';
import { AuditChain } from '../src/audit/audit-chain.service.js';
import { CONFIG, type Config } from '../src/config.js';
import { Ticker } from './ticker.js';

@Injectable()
export class AuditLinker extends Ticker {
  protected readonly everyMs: number;

  constructor(
    private readonly chain: AuditChain,
    @Inject(CONFIG) { RELAY_EVERY }: Config,
  ) {
    super();
    this.everyMs = RELAY_EVERY;
  }

  async tick(): Promise<number> {
    const linked = await this.chain.link();
    if (linked > 0) this.soon();
    return linked;
  }
}
