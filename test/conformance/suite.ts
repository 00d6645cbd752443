/** How is a suite of cases run? Each is compared, counted, and excused only by what is listed. */
import { expect } from 'vitest';
import { type Deviation, deviating, differences, type Expectation, type Judged } from './agreement.js';
import { Tally } from './tally.js';

export class Suite {
  readonly tally = new Tally();
  readonly #needed = new Set<Deviation>();

  constructor(readonly deviations: readonly Deviation[]) {}

  /** Fails where what `judging` comes to is neither what is expected nor a difference that is meant. */
  async compare(suite: string, name: string, expectation: Expectation, judging: Promise<Judged>): Promise<void> {
    await this.counting(suite, async () => {
      const judged = await judging;
      const deviation = this.deviations.find(({ cases }) => cases.test(name));
      const isMeant = deviation !== undefined && differences(expectation, judged).length > 0;
      if (isMeant) this.#needed.add(deviation);
      expect(differences(isMeant ? deviating(expectation, deviation) : expectation, judged)).toEqual([]);
      return isMeant ? 'deviate' : 'agree';
    });
  }

  /** Count what `run` comes to. */
  async counting(suite: string, run: () => Promise<'agree' | 'deviate'>): Promise<void> {
    try {
      this.tally.count(suite, await run());
    } catch (error) {
      this.tally.count(suite, 'disagree');
      throw error;
    }
  }

  /** Deviations that no case needs any more. */
  get unneeded(): string[] {
    return this.deviations.filter((deviation) => !this.#needed.has(deviation)).map(({ cases }) => String(cases));
  }

  /** For whoever looks at the run. */
  print(): void {
    process.stdout.write(`\n${this.tally}\n`);
  }
}
