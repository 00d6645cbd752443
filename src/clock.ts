/** What time is it? One place to ask, so that a test can tell it. */
import { Injectable } from '@nestjs/common';

@Injectable()
export class Clock {
  now(): Date {
    return new Date();
  }

  /** ISO 8601 in UTC, `ms` from now. */
  in(ms: number): string {
    return new Date(this.now().getTime() + ms).toISOString();
  }
}
